# Français. $brand est le nom de l'expéditeur, $code et $username sont remplis plus tard, $minutes est un nombre.

common =
    .code-label = Votre code
    .password-label = Votre mot de passe provisoire
    .username-label = Votre nom d’utilisateur
    .link-label = Continuer
    .support = Une question ?
    .valid = { $minutes ->
        [one] Valable { $minutes } minute.
       *[other] Valable { $minutes } minutes.
    }

sign-up =
    .subject = Confirmez votre adresse pour { $brand }
    .heading = Bienvenue chez { $brand }
    .body = Saisissez ce code pour confirmer que cette adresse est la vôtre.
    .body-link = Suivez le lien pour confirmer que cette adresse est la vôtre.
    .body-code-or-link = Saisissez le code ou suivez le lien pour confirmer que cette adresse est la vôtre.
    .note = Vous recevez ce message parce que quelqu’un s’est inscrit avec votre adresse. Si ce n’était pas vous, vous n’avez rien à faire.
    .sms = { $code } est votre code de confirmation { $brand }.

resend-code =
    .subject = Votre nouveau code pour { $brand }
    .heading = Voici votre nouveau code
    .body = Saisissez ce code pour confirmer que cette adresse est la vôtre. Les codes précédents ne sont plus valables.
    .body-link = Suivez le lien pour confirmer que cette adresse est la vôtre. Les liens précédents ne sont plus valables.
    .body-code-or-link = Saisissez le code ou suivez le lien pour confirmer que cette adresse est la vôtre. Les précédents ne sont plus valables.
    .note = Vous recevez ce message parce que quelqu’un a demandé un nouveau code. Si ce n’était pas vous, vous n’avez rien à faire.
    .sms = { $code } est votre nouveau code de confirmation { $brand }.

invitation =
    .subject = Votre compte { $brand }
    .heading = Vous avez un compte chez { $brand }
    .body = Connectez-vous avec le nom et le mot de passe provisoire ci-dessous. Vous choisirez ensuite votre propre mot de passe.
    .note = Si vous n’attendiez pas ce message, adressez-vous à la personne qui gère votre compte.
    .sms = { $brand } : nom d’utilisateur { $username }, mot de passe provisoire { $code }

forgot-password =
    .subject = Choisissez un nouveau mot de passe pour { $brand }
    .heading = Choisissez un nouveau mot de passe
    .body = Saisissez ce code pour choisir un nouveau mot de passe.
    .note = Si vous n’avez rien demandé, votre mot de passe ne change pas. Ne donnez ce code à personne.
    .sms = { $code } est votre code { $brand } pour un nouveau mot de passe. Ne le donnez à personne.

update-attribute =
    .subject = Confirmez votre nouvelle adresse pour { $brand }
    .heading = Confirmez la modification
    .body = Vous avez modifié votre adresse ou votre numéro. Saisissez ce code pour le confirmer.
    .note = Si ce n’était pas vous, connectez-vous et choisissez un nouveau mot de passe. Ne donnez ce code à personne.
    .sms = { $code } est votre code { $brand } pour confirmer votre nouveau numéro.

verify-attribute =
    .subject = Confirmez que cette adresse est la vôtre pour { $brand }
    .heading = Confirmez votre adresse
    .body = Saisissez ce code pour confirmer que cette adresse est la vôtre.
    .note = Si vous n’avez rien demandé, vous n’avez rien à faire. Ne donnez ce code à personne.
    .sms = { $code } est votre code { $brand } pour confirmer votre numéro.

authentication =
    .subject = Votre code de connexion pour { $brand }
    .heading = Connexion à { $brand }
    .body = Saisissez ce code pour terminer la connexion.
    .note = Si vous n’êtes pas en train de vous connecter, quelqu’un connaît votre mot de passe : changez-en. Ne donnez ce code à personne.
    .sms = { $code } est votre code de connexion { $brand }. Ne le donnez à personne.

passwordless =
    .subject = Connexion à { $brand }
    .heading = Connexion à { $brand }
    .body = Saisissez ce code là où vous avez commencé à vous connecter.
    .body-link = Suivez le lien sur l’appareil où vous avez commencé à vous connecter.
    .body-code-or-link = Saisissez le code là où vous avez commencé à vous connecter, ou suivez le lien sur le même appareil.
    .note = Si vous n’êtes pas en train de vous connecter, vous n’avez rien à faire. Ne transmettez ce message à personne.
