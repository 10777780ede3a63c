# Français. Tout ce que disent les pages. Un thème peut le dire autrement.

brand = Poolhouse
language-name = Français
languages = Langue
title-problem = Problème :
problems = Veuillez vérifier ceci
optional = (facultatif)
rules = Votre mot de passe doit contenir :
or = ou
who = Compte :
next = Continuer
cancel = Annuler
lead-toward = pour continuer vers { $client }
continue-with = Continuer avec { $provider }
no-account = Nouveau ici ?

link-forgot-password = Mot de passe oublié ?
link-sign-up = Créer un compte
link-have-account = J’ai déjà un compte
link-back-to-sign-in = Retour à la connexion
link-other-ways = Se connecter autrement
link-start-over = Recommencer
link-change = Modifier
link-other-account = Utiliser un autre compte
link-not-now = Pas maintenant
link-sign-in-again = Se reconnecter

field-username = Nom d’utilisateur
field-email = Adresse e-mail
field-phone-number = Numéro de téléphone
field-email-or-phone-number = Adresse e-mail ou numéro de téléphone
field-username-or-email = Nom d’utilisateur ou adresse e-mail
field-username-or-phone-number = Nom d’utilisateur ou numéro de téléphone
field-username-or-contact = Nom d’utilisateur, adresse e-mail ou numéro de téléphone
field-password = Mot de passe
field-new-password = Nouveau mot de passe
field-repeated-password = Le même mot de passe encore une fois
field-code = Code
field-device-name = Nom de cet appareil
hint-phone-number = Avec l’indicatif du pays, par exemple +33 1 23 45 67 89

rule-length = { $count ->
    [one] au moins un caractère
   *[other] au moins { $count } caractères
}
rule-lowercase = une lettre minuscule
rule-uppercase = une lettre majuscule
rule-number = un chiffre
rule-symbol = un symbole tel que ! ou ?

sign-in-title = Connexion
sign-in-submit = Se connecter
password-title = Saisissez votre mot de passe
sign-up-title = Créez votre compte
sign-up-submit = Créer le compte
confirm-title = Confirmez votre compte
confirm-lead = Saisissez le code que nous vous avons envoyé pour montrer que cette adresse est la vôtre.
confirm-submit = Confirmer
resend-title = Obtenir un nouveau code
resend-lead = Nous vous enverrons un autre code pour confirmer votre compte. Les codes précédents ne seront plus valables.
resend-submit = Envoyer le code
resend-again = Envoyer un autre code
forgot-title = Mot de passe oublié ?
forgot-lead = Dites-nous qui vous êtes, et nous vous enverrons un code pour en choisir un nouveau.
forgot-submit = Envoyer le code
reset-title = Choisissez un nouveau mot de passe
reset-submit = Enregistrer
new-password-title = Choisissez votre propre mot de passe
new-password-lead = Le précédent ne servait que pour la première connexion.
new-password-submit = Enregistrer et continuer

code-totp-title = Saisissez votre code
code-totp-lead = Ouvrez votre application d’authentification et saisissez le code affiché.
code-sms-title = Consultez votre téléphone
code-sms-lead = Saisissez le code du SMS que nous vous avons envoyé.
code-email-title = Consultez vos e-mails
code-email-lead = Saisissez le code de l’e-mail que nous vous avons envoyé.
code-lead-to = Nous avons envoyé un code à { $to }.
code-submit = Continuer

choose-way-title = Comment souhaitez-vous vous connecter ?
choose-way-lead = Choisissez l’un des moyens configurés pour vous.
choose-second-title = Confirmez que c’est bien vous
choose-second-lead = Choisissez comment confirmer votre connexion.
choose-enrol-title = Protégez votre compte
choose-enrol-lead = Ce compte demande une seconde étape à la connexion. Choisissez celle à configurer.
enrol-email-lead = Les codes qui confirment votre connexion seront envoyés à cette adresse e-mail.
enrol-phone-lead = Les codes qui confirment votre connexion seront envoyés à ce numéro de téléphone.
choose-account-title = Choisissez un compte
factor-password = Mot de passe
factor-totp = Application d’authentification
factor-sms = SMS
factor-email = E-mail

enrol-totp-title = Configurez votre application d’authentification
enrol-totp-lead = Désormais, l’application vous montrera un code à chaque connexion.
enrol-totp-step-scan = Scannez cette image avec votre application d’authentification.
enrol-totp-picture = Code QR contenant la clé pour votre application d’authentification
enrol-totp-open = Ouvrir l’application sur cet appareil
enrol-totp-by-hand = Saisir la clé à la main
enrol-totp-step-code = Saisissez le code affiché par l’application.
enrol-totp-submit = Activer

passkey-offer = Se connecter avec une clé d’accès
passkey-needs-script = Les clés d’accès demandent JavaScript. Activez-le dans votre navigateur ou choisissez un autre moyen.
passkey-unable = Ce navigateur ne connaît pas les clés d’accès. Choisissez un autre moyen.
enrol-passkey-title = Connectez-vous plus vite avec une clé d’accès
enrol-passkey-lead = Votre empreinte, votre visage ou le verrouillage de l’écran remplace le mot de passe. Rien ne quitte votre appareil.
enrol-passkey-submit = Créer une clé d’accès

consent-title = Autoriser { $client } à utiliser votre compte ?
consent-lead = { $client } souhaite :
consent-home = Vous irez ensuite à { $host }.
consent-allow = Autoriser
consent-deny = Refuser
scope-openid = savoir qui vous êtes
scope-email = voir votre adresse e-mail
scope-phone = voir votre numéro de téléphone
scope-profile = voir votre profil, par exemple votre nom
scope-offline-access = garder l’accès en votre absence
scope-admin = voir et modifier votre compte et ses réglages

link-account-title = Est-ce bien vous ?
link-account-lead = Un compte semblable au vôtre existe déjà. Prouvez qu’il est à vous pour vous y connecter désormais avec { $provider }.
link-account-submit = Associer les comptes

confirm-link-title = Confirmez votre compte
confirm-link-lead = Encore un clic, et cette adresse sera confirmée.
confirm-link-submit = Confirmer
sign-in-link-title = Connexion
sign-in-link-lead = Encore un clic, et vous serez connecté.

sign-out-title = Se déconnecter ?
sign-out-lead = Une application veut vous déconnecter de ce navigateur.
sign-out-submit = Se déconnecter
signed-out-title = Vous êtes déconnecté
signed-out-lead = À bientôt. Sur un ordinateur partagé, fermez aussi cette fenêtre.
onward-title = Vous êtes en chemin
onward-lead = Si rien ne se passe, veuillez continuer vous-même.
done-confirmed-title = Votre compte est confirmé
done-confirmed-lead = Vous pouvez maintenant vous connecter.
done-password-title = Votre mot de passe est modifié
done-password-lead = Utilisez désormais le nouveau.
done-passkey-title = Votre clé d’accès est prête
done-passkey-lead = Utilisez-la à votre prochaine connexion.
done-cancelled-title = Rien n’a été modifié
done-cancelled-lead = Vous pouvez fermer cette fenêtre.

error-request-title = Ce lien ne mène nulle part
error-request-lead = L’application a envoyé une demande à laquelle nous ne pouvons pas répondre. Retournez-y et réessayez.
error-client-lead = Nous ne connaissons pas l’application qui vous a envoyé ici.
error-redirect-lead = L’application veut vous renvoyer à une adresse qui n’est pas enregistrée pour elle. Pour votre sécurité, nous nous arrêtons ici.
error-form-title = Cette page n’est plus à jour
error-form-lead = Nous n’avons pas pu vérifier que le formulaire venait de vous. Rien n’a été modifié.
error-session-title = Cela a pris trop de temps
error-session-lead = Pour votre sécurité, vous devez recommencer.
error-found-title = Il n’y a rien ici
error-found-lead = Vérifiez l’adresse ou retournez à l’application.
error-many-title = Un instant, s’il vous plaît
error-many-lead = Il y a eu trop d’essais. Attendez un peu et réessayez.
error-provider-title = L’autre service ne vous a pas connecté
error-provider-lead = Réessayez ou choisissez un autre moyen de vous connecter.
error-trouble-title = Une erreur s’est produite
error-trouble-lead = Ce n’est pas de votre faute. Veuillez réessayer dans un instant.
error-reference = Référence : { $reference }

notice-code-sent-to = Nous avons envoyé un code à { $to }.
notice-code-sent = Si un tel compte existe, un code est en route.
notice-account-confirmed = Votre compte est confirmé. Vous pouvez maintenant vous connecter.
notice-password-changed = Votre mot de passe est modifié. Connectez-vous avec le nouveau.
notice-prove-again = Pour continuer, veuillez prouver que c’est bien vous.
notice-sign-in-again = Veuillez vous reconnecter pour continuer.

fault-wrong-credentials = Le nom ou le mot de passe est incorrect.
fault-not-accepted = Cela n’a pas été accepté. Veuillez réessayer.
fault-disabled = Ce compte est désactivé.
fault-locked-out = Il y a eu trop d’essais incorrects. Attendez un peu et réessayez.
fault-too-many-attempts = Il y a eu trop d’essais. Attendez un peu et réessayez.
fault-wrong-code = Ce code est incorrect.
fault-expired-code = Ce code n’est plus valable. Demandez-en un nouveau.
fault-temporary-password-expired = Votre mot de passe provisoire n’est plus valable. Demandez-en un nouveau à la personne qui gère votre compte.
fault-password-breaks-policy = Il manque quelque chose à ce mot de passe.
fault-password-used-before = Vous avez déjà utilisé ce mot de passe. Choisissez-en un autre.
fault-passwords-differ = Les deux mots de passe ne sont pas identiques.
fault-missing = Veuillez remplir ce champ.
fault-missing-of = À remplir : { $field }
fault-malformed = Cela ne peut pas être utilisé ici.
fault-malformed-email = Ce n’est pas une adresse e-mail complète.
fault-malformed-phone-number = Écrivez le numéro avec l’indicatif du pays, par exemple +33123456789.
fault-username-taken = Ce nom d’utilisateur est déjà pris.
fault-contact-taken = Un compte existe déjà avec cette adresse ou ce numéro.
fault-sign-up-closed = Il n’est pas possible de créer un compte ici.
fault-cannot-recover = Nous ne pouvons pas vous envoyer de code. Adressez-vous à la personne qui gère votre compte.
fault-session-expired = Cela a pris trop de temps. Veuillez recommencer.
fault-passkey-failed = La clé d’accès n’a pas pu être utilisée. Réessayez ou choisissez un autre moyen.
fault-provider-failed = L’autre service ne vous a pas connecté.
fault-not-sent = Le message n’a pas pu être envoyé. Veuillez réessayer.
fault-unavailable = Une erreur s’est produite. Veuillez réessayer dans un instant.

attribute-address = Adresse postale
attribute-birthdate = Date de naissance
attribute-email = Adresse e-mail
attribute-family-name = Nom de famille
attribute-gender = Genre
attribute-given-name = Prénom
attribute-locale = Langue
attribute-middle-name = Deuxième prénom
attribute-name = Nom
attribute-nickname = Surnom
attribute-phone-number = Numéro de téléphone
attribute-picture = Adresse d’une image
attribute-preferred-username = Nom d’utilisateur souhaité
attribute-profile = Adresse de votre profil
attribute-website = Site web
attribute-zoneinfo = Fuseau horaire
