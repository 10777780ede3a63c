# Deutsch. Alles, was Seiten sagen. Ein Thema darf alles davon anders sagen.

brand = Poolhouse
language-name = Deutsch
languages = Sprache
title-problem = Problem:
problems = Bitte prüfen Sie das
optional = (freiwillig)
rules = Ihr Passwort braucht:
or = oder
who = Konto:
next = Weiter
cancel = Abbrechen
lead-toward = und weiter zu { $client }
continue-with = Weiter mit { $provider }
no-account = Neu hier?

link-forgot-password = Passwort vergessen?
link-sign-up = Konto erstellen
link-have-account = Ich habe schon ein Konto
link-back-to-sign-in = Zurück zur Anmeldung
link-other-ways = Anders anmelden
link-start-over = Von vorn beginnen
link-change = Ändern
link-other-account = Anderes Konto verwenden
link-not-now = Nicht jetzt
link-sign-in-again = Wieder anmelden

field-username = Benutzername
field-email = E-Mail-Adresse
field-phone-number = Telefonnummer
field-email-or-phone-number = E-Mail-Adresse oder Telefonnummer
field-username-or-email = Benutzername oder E-Mail-Adresse
field-username-or-phone-number = Benutzername oder Telefonnummer
field-username-or-contact = Benutzername, E-Mail-Adresse oder Telefonnummer
field-password = Passwort
field-new-password = Neues Passwort
field-repeated-password = Dasselbe Passwort noch einmal
field-code = Code
field-device-name = Name dieses Geräts
hint-phone-number = Mit Landesvorwahl, zum Beispiel +49 30 1234567

rule-length = { $count ->
    [one] mindestens ein Zeichen
   *[other] mindestens { $count } Zeichen
}
rule-lowercase = einen Kleinbuchstaben
rule-uppercase = einen Großbuchstaben
rule-number = eine Ziffer
rule-symbol = ein Zeichen wie ! oder ?

sign-in-title = Anmelden
sign-in-submit = Anmelden
password-title = Geben Sie Ihr Passwort ein
sign-up-title = Erstellen Sie Ihr Konto
sign-up-submit = Konto erstellen
confirm-title = Bestätigen Sie Ihr Konto
confirm-lead = Geben Sie den Code ein, den wir Ihnen geschickt haben. Er zeigt, dass diese Adresse Ihnen gehört.
confirm-submit = Bestätigen
resend-title = Neuen Code anfordern
resend-lead = Wir schicken Ihnen einen weiteren Code, um Ihr Konto zu bestätigen. Frühere Codes gelten dann nicht mehr.
resend-submit = Code senden
resend-again = Neuen Code senden
forgot-title = Passwort vergessen?
forgot-lead = Sagen Sie uns, wer Sie sind. Wir schicken Ihnen einen Code, mit dem Sie ein neues wählen.
forgot-submit = Code senden
reset-title = Neues Passwort wählen
reset-submit = Passwort speichern
new-password-title = Wählen Sie ein eigenes Passwort
new-password-lead = Das bisherige war nur für die erste Anmeldung gedacht.
new-password-submit = Speichern und weiter

code-totp-title = Geben Sie Ihren Code ein
code-totp-lead = Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt.
code-sms-title = Sehen Sie auf Ihr Telefon
code-sms-lead = Geben Sie den Code aus der SMS ein, die wir Ihnen geschickt haben.
code-email-title = Sehen Sie in Ihre E-Mails
code-email-lead = Geben Sie den Code aus der E-Mail ein, die wir Ihnen geschickt haben.
code-lead-to = Wir haben einen Code an { $to } geschickt.
code-submit = Weiter

choose-way-title = Wie möchten Sie sich anmelden?
choose-way-lead = Wählen Sie einen der Wege, die für Sie eingerichtet sind.
choose-second-title = Bestätigen Sie, dass Sie es sind
choose-second-lead = Wählen Sie, wie Sie Ihre Anmeldung bestätigen möchten.
choose-enrol-title = Schützen Sie Ihr Konto
choose-enrol-lead = Dieses Konto braucht einen zweiten Schritt bei der Anmeldung. Wählen Sie, welchen Sie einrichten.
enrol-email-lead = An diese E-Mail-Adresse gehen künftig die Codes, mit denen Sie Ihre Anmeldung bestätigen.
enrol-phone-lead = An diese Telefonnummer gehen künftig die Codes, mit denen Sie Ihre Anmeldung bestätigen.
choose-account-title = Wählen Sie ein Konto
factor-password = Passwort
factor-totp = Authenticator-App
factor-sms = SMS
factor-email = E-Mail

enrol-totp-title = Authenticator‑App einrichten
enrol-totp-lead = Von nun an zeigt Ihnen die App bei jeder Anmeldung einen Code.
enrol-totp-step-scan = Scannen Sie dieses Bild mit Ihrer Authenticator-App.
enrol-totp-picture = QR-Code mit dem Schlüssel für Ihre Authenticator-App
enrol-totp-open = App auf diesem Gerät öffnen
enrol-totp-by-hand = Schlüssel von Hand eingeben
enrol-totp-step-code = Geben Sie den Code ein, den die App zeigt.
enrol-totp-submit = Einschalten

passkey-offer = Mit Passkey anmelden
passkey-needs-script = Passkeys brauchen JavaScript. Schalten Sie es im Browser ein oder wählen Sie einen anderen Weg.
passkey-unable = Dieser Browser kennt keine Passkeys. Wählen Sie einen anderen Weg.
enrol-passkey-title = Schneller anmelden mit einem Passkey
enrol-passkey-lead = Fingerabdruck, Gesicht oder Bildschirmsperre ersetzen das Passwort. Nichts davon verlässt Ihr Gerät.
enrol-passkey-submit = Passkey erstellen

consent-title = Darf { $client } Ihr Konto verwenden?
consent-lead = { $client } möchte:
consent-home = Danach geht es weiter zu { $host }.
consent-allow = Erlauben
consent-deny = Ablehnen
scope-openid = wissen, wer Sie sind
scope-email = Ihre E-Mail-Adresse sehen
scope-phone = Ihre Telefonnummer sehen
scope-profile = Ihr Profil sehen, etwa Ihren Namen
scope-offline-access = Zugriff behalten, wenn Sie nicht da sind
scope-admin = Ihr Konto und seine Einstellungen sehen und ändern

link-account-title = Sind Sie das?
link-account-lead = Es gibt schon ein Konto wie Ihres. Zeigen Sie, dass es Ihnen gehört, um sich künftig mit { $provider } dort anzumelden.
link-account-submit = Konten verbinden

confirm-link-title = Bestätigen Sie Ihr Konto
confirm-link-lead = Noch einmal drücken, und diese Adresse ist bestätigt.
confirm-link-submit = Bestätigen
sign-in-link-title = Anmelden
sign-in-link-lead = Noch einmal drücken, und Sie sind angemeldet.

sign-out-title = Abmelden?
sign-out-lead = Eine Anwendung möchte Sie in diesem Browser abmelden.
sign-out-submit = Abmelden
signed-out-title = Sie sind abgemeldet
signed-out-lead = Bis bald. An einem gemeinsam genutzten Computer schließen Sie auch dieses Fenster.
onward-title = Es geht weiter
onward-lead = Falls nichts geschieht, gehen Sie bitte von Hand weiter.
done-confirmed-title = Ihr Konto ist bestätigt
done-confirmed-lead = Sie können sich jetzt anmelden.
done-password-title = Ihr Passwort ist geändert
done-password-lead = Ab jetzt gilt das neue.
done-passkey-title = Ihr Passkey ist bereit
done-passkey-lead = Verwenden Sie ihn bei der nächsten Anmeldung.
done-cancelled-title = Es wurde nichts geändert
done-cancelled-lead = Sie können dieses Fenster schließen.

error-request-title = Dieser Link führt nicht weiter
error-request-lead = Die Anwendung hat eine Anfrage geschickt, die wir nicht beantworten können. Gehen Sie zurück und versuchen Sie es noch einmal.
error-client-lead = Wir kennen die Anwendung nicht, die Sie hierher geschickt hat.
error-redirect-lead = Die Anwendung möchte Sie an eine Adresse zurückschicken, die nicht für sie eingetragen ist. Zu Ihrer Sicherheit endet der Weg hier.
error-form-title = Diese Seite ist veraltet
error-form-lead = Wir konnten nicht erkennen, dass das Formular von Ihnen kam. Es wurde nichts geändert.
error-session-title = Das hat zu lange gedauert
error-session-lead = Zu Ihrer Sicherheit müssen Sie von vorn beginnen.
error-found-title = Hier ist nichts
error-found-lead = Prüfen Sie die Adresse oder gehen Sie zurück zur Anwendung.
error-many-title = Einen Moment bitte
error-many-lead = Das waren zu viele Versuche. Warten Sie ein wenig und versuchen Sie es noch einmal.
error-provider-title = Der andere Dienst hat Sie nicht angemeldet
error-provider-lead = Versuchen Sie es noch einmal oder melden Sie sich anders an.
error-trouble-title = Etwas ist schiefgegangen
error-trouble-lead = Es liegt nicht an Ihnen. Bitte versuchen Sie es gleich noch einmal.
error-reference = Kennzeichen: { $reference }

notice-code-sent-to = Wir haben einen Code an { $to } geschickt.
notice-code-sent = Wenn es ein solches Konto gibt, ist ein Code unterwegs.
notice-account-confirmed = Ihr Konto ist bestätigt. Sie können sich jetzt anmelden.
notice-password-changed = Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.
notice-prove-again = Bitte zeigen Sie noch einmal, dass Sie es sind.
notice-sign-in-again = Bitte melden Sie sich noch einmal an, um fortzufahren.

fault-wrong-credentials = Der Name oder das Passwort stimmt nicht.
fault-not-accepted = Das wurde nicht angenommen. Bitte versuchen Sie es noch einmal.
fault-disabled = Dieses Konto ist gesperrt.
fault-locked-out = Das waren zu viele falsche Versuche. Warten Sie ein wenig und versuchen Sie es noch einmal.
fault-too-many-attempts = Das waren zu viele Versuche. Warten Sie ein wenig und versuchen Sie es noch einmal.
fault-wrong-code = Dieser Code stimmt nicht.
fault-expired-code = Dieser Code gilt nicht mehr. Fordern Sie einen neuen an.
fault-temporary-password-expired = Ihr vorläufiges Passwort gilt nicht mehr. Bitten Sie die Verwaltung Ihres Kontos um ein neues.
fault-password-breaks-policy = Diesem Passwort fehlt etwas von dem, was es braucht.
fault-password-used-before = Dieses Passwort hatten Sie schon einmal. Wählen Sie ein anderes.
fault-passwords-differ = Die beiden Passwörter sind nicht gleich.
fault-missing = Bitte füllen Sie das aus.
fault-missing-of = Bitte ausfüllen: { $field }
fault-malformed = Das kann hier nicht verwendet werden.
fault-malformed-email = Das ist keine vollständige E-Mail-Adresse.
fault-malformed-phone-number = Schreiben Sie die Nummer mit Landesvorwahl, zum Beispiel +49301234567.
fault-username-taken = Diesen Benutzernamen gibt es schon.
fault-contact-taken = Mit dieser Adresse oder Nummer gibt es schon ein Konto.
fault-sign-up-closed = Hier können keine neuen Konten erstellt werden.
fault-cannot-recover = Wir können Ihnen keinen Code schicken. Wenden Sie sich an die Verwaltung Ihres Kontos.
fault-session-expired = Das hat zu lange gedauert. Bitte beginnen Sie von vorn.
fault-passkey-failed = Der Passkey konnte nicht verwendet werden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
fault-provider-failed = Der andere Dienst hat Sie nicht angemeldet.
fault-not-sent = Die Nachricht konnte nicht gesendet werden. Bitte versuchen Sie es noch einmal.
fault-unavailable = Etwas ist schiefgegangen. Bitte versuchen Sie es gleich noch einmal.

attribute-address = Postanschrift
attribute-birthdate = Geburtsdatum
attribute-email = E-Mail-Adresse
attribute-family-name = Nachname
attribute-gender = Geschlecht
attribute-given-name = Vorname
attribute-locale = Sprache
attribute-middle-name = Zweiter Vorname
attribute-name = Name
attribute-nickname = Spitzname
attribute-phone-number = Telefonnummer
attribute-picture = Adresse eines Bildes
attribute-preferred-username = Gewünschter Benutzername
attribute-profile = Adresse Ihres Profils
attribute-website = Website
attribute-zoneinfo = Zeitzone
