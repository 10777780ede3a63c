//! What is around every page, and the page that most are: one form and a few links.

use super::{
    Form, Language, Look, Notice, Problem, Provider, assets,
    input::{Input, Told, settle, told},
};
use askama::Template;

/// What is around every page.
pub(super) struct Frame<'a> {
    look: &'a Look<'a>,
    pub title: String,
    /// A sentence below the title.
    pub lead: Option<String>,
    pub problems: Vec<Told>,
    pub notice: Option<String>,
    /// Only pages for passkeys have a script.
    pub is_scripted: bool,
}

/// A link to the same page in another language.
pub(super) struct Translation {
    pub tag: String,
    pub direction: &'static str,
    pub name: String,
    pub href: String,
    pub is_current: bool,
}

impl<'a> Frame<'a> {
    pub fn new(look: &'a Look<'a>, title: String) -> Self {
        Self { look, title, lead: None, problems: Vec::new(), notice: None, is_scripted: false }
    }

    /// With a sentence below the title.
    pub fn lead(mut self, lead: impl Into<Option<String>>) -> Self {
        self.lead = lead.into();
        self
    }

    /// With a sentence that says where somebody is going, if that has a name.
    pub fn toward(self, client: Option<&str>) -> Self {
        let lead = client.map(|client| self.look.language.say_of("lead-toward", "client", client));
        self.lead(lead)
    }

    pub fn problems(mut self, inputs: &mut [Input], problems: &[Problem]) -> Self {
        settle(inputs, problems, self.look.language);
        self.problems = told(inputs, problems, self.look.language);
        self
    }

    pub fn notice(mut self, notice: Option<&Notice>) -> Self {
        self.notice = notice.map(|notice| notice.words(self.look.language));
        self
    }

    pub fn scripted(mut self) -> Self {
        self.is_scripted = true;
        self
    }

    pub fn say(&self, key: &str) -> String {
        self.look.language.say(key)
    }

    pub fn say_of(&self, key: &str, name: &str, value: &str) -> String {
        self.look.language.say_of(key, name, value)
    }

    pub fn brand(&self) -> String {
        self.say("brand")
    }

    pub fn tag(&self) -> String {
        self.look.language.tag()
    }

    pub fn direction(&self) -> &'static str {
        self.look.language.direction()
    }

    pub fn stylesheet(&self) -> String {
        format!("{}{}", self.look.root, assets::stylesheet())
    }

    pub fn script(&self) -> String {
        format!("{}{}", self.look.root, assets::script())
    }

    pub fn icon(&self) -> String {
        match self.look.theme.icon() {
            Some(icon) => format!("{}/{}", self.look.theme_root, icon.name()),
            None => format!("{}{}", self.look.root, assets::icon()),
        }
    }

    pub fn theme_stylesheet(&self) -> Option<String> {
        let file = self.look.theme.stylesheet()?;
        Some(format!("{}/{}", self.look.theme_root, file.name()))
    }

    pub fn logo(&self) -> Option<String> {
        let file = self.look.theme.logo()?;
        Some(format!("{}/{}", self.look.theme_root, file.name()))
    }

    pub fn dark_logo(&self) -> Option<String> {
        let file = self.look.theme.dark_logo()?;
        Some(format!("{}/{}", self.look.theme_root, file.name()))
    }

    pub fn translations(&self) -> Vec<Translation> {
        let Some(here) = self.look.here else { return Vec::new() };
        let joint = if here.contains('?') { '&' } else { '?' };
        let current = self.look.language.tag();
        let translate = |language: &Language| Translation {
            tag: language.tag(),
            direction: language.direction(),
            name: language.say("language-name"),
            href: format!("{here}{joint}lang={}", language.tag()),
            is_current: language.tag() == current,
        };
        self.look.theme.languages().iter().map(translate).collect()
    }
}

/// Who the page is about.
pub(super) struct Who<'a> {
    pub name: &'a str,
    /// Where somebody else goes.
    pub change: Option<&'a str>,
    /// Whether the form sends the name along, where password managers find it as well.
    pub is_sent: bool,
}

/// A form that asks for the same thing in another way, as a button below the form.
pub(super) struct Second<'a> {
    pub form: &'a Form,
    pub label: String,
}

/// One form and a few links.
#[derive(Template)]
#[template(path = "sheet.html")]
pub(super) struct Sheet<'a> {
    pub frame: Frame<'a>,
    pub who: Option<Who<'a>>,
    pub form: &'a Form,
    pub inputs: Vec<Input>,
    pub submit: String,
    pub second: Option<Second<'a>>,
    pub links: Vec<(&'a str, String)>,
    pub providers: &'a [Provider],
}

impl<'a> Sheet<'a> {
    pub fn new(frame: Frame<'a>, form: &'a Form, inputs: Vec<Input>, submit: &str) -> Self {
        let submit = frame.say(submit);
        Self {
            frame,
            who: None,
            form,
            inputs,
            submit,
            second: None,
            links: Vec::new(),
            providers: &[],
        }
    }

    pub fn link(mut self, href: Option<&'a str>, key: &str) -> Self {
        self.links.extend(href.map(|href| (href, self.frame.say(key))));
        self
    }

    pub fn about(mut self, who: Who<'a>) -> Self {
        self.who = Some(who);
        self
    }

    pub fn second(mut self, form: Option<&'a Form>, key: &str) -> Self {
        self.second = form.map(|form| Second { form, label: self.frame.say(key) });
        self
    }
}
