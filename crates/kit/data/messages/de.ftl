# Deutsch. $brand ist der Name des Absenders, $code und $username werden später eingesetzt, $minutes ist eine Zahl.

common =
    .code-label = Ihr Code
    .password-label = Ihr vorläufiges Passwort
    .username-label = Ihr Benutzername
    .link-label = Weiter
    .support = Fragen?
    .valid = { $minutes ->
        [one] Eine Minute lang gültig.
       *[other] { $minutes } Minuten lang gültig.
    }

sign-up =
    .subject = Bestätigen Sie Ihre Adresse für { $brand }
    .heading = Willkommen bei { $brand }
    .body = Geben Sie diesen Code ein, um zu bestätigen, dass diese Adresse Ihnen gehört.
    .body-link = Folgen Sie dem Link, um zu bestätigen, dass diese Adresse Ihnen gehört.
    .body-code-or-link = Geben Sie den Code ein oder folgen Sie dem Link, um zu bestätigen, dass diese Adresse Ihnen gehört.
    .note = Sie erhalten diese Nachricht, weil sich jemand mit Ihrer Adresse registriert hat. Waren Sie es nicht, müssen Sie nichts tun.
    .sms = { $code } ist Ihr Bestätigungscode für { $brand }.

resend-code =
    .subject = Ihr neuer Code für { $brand }
    .heading = Hier ist Ihr neuer Code
    .body = Geben Sie diesen Code ein, um zu bestätigen, dass diese Adresse Ihnen gehört. Frühere Codes gelten nicht mehr.
    .body-link = Folgen Sie dem Link, um zu bestätigen, dass diese Adresse Ihnen gehört. Frühere Links gelten nicht mehr.
    .body-code-or-link = Geben Sie den Code ein oder folgen Sie dem Link, um zu bestätigen, dass diese Adresse Ihnen gehört. Frühere gelten nicht mehr.
    .note = Sie erhalten diese Nachricht, weil jemand einen neuen Code verlangt hat. Waren Sie es nicht, müssen Sie nichts tun.
    .sms = { $code } ist Ihr neuer Bestätigungscode für { $brand }.

invitation =
    .subject = Ihr Konto bei { $brand }
    .heading = Sie haben ein Konto bei { $brand }
    .body = Melden Sie sich mit dem Namen und dem vorläufigen Passwort an. Danach wählen Sie ein eigenes Passwort.
    .note = Haben Sie diese Nachricht nicht erwartet, so fragen Sie, wer Ihr Konto verwaltet.
    .sms = { $brand }: Benutzername { $username }, vorläufiges Passwort { $code }

forgot-password =
    .subject = Wählen Sie ein neues Passwort für { $brand }
    .heading = Wählen Sie ein neues Passwort
    .body = Geben Sie diesen Code ein, um ein neues Passwort zu wählen.
    .note = Haben Sie das nicht verlangt, bleibt Ihr Passwort, wie es ist. Geben Sie diesen Code niemandem.
    .sms = { $code } ist Ihr Code für ein neues Passwort bei { $brand }. Geben Sie ihn niemandem.

update-attribute =
    .subject = Bestätigen Sie Ihre neue Adresse für { $brand }
    .heading = Bestätigen Sie die Änderung
    .body = Sie haben Ihre Adresse oder Nummer geändert. Geben Sie diesen Code ein, um das zu bestätigen.
    .note = Waren Sie es nicht, so melden Sie sich an und wählen ein neues Passwort. Geben Sie diesen Code niemandem.
    .sms = { $code } ist Ihr Code für { $brand }, um Ihre neue Nummer zu bestätigen.

verify-attribute =
    .subject = Bestätigen Sie Ihre Adresse für { $brand }
    .heading = Bestätigen Sie Ihre Adresse
    .body = Geben Sie diesen Code ein, um zu bestätigen, dass diese Adresse Ihnen gehört.
    .note = Haben Sie das nicht verlangt, müssen Sie nichts tun. Geben Sie diesen Code niemandem.
    .sms = { $code } ist Ihr Code für { $brand }, um Ihre Nummer zu bestätigen.

authentication =
    .subject = Ihr Anmeldecode für { $brand }
    .heading = Anmeldung bei { $brand }
    .body = Geben Sie diesen Code ein, um die Anmeldung abzuschließen.
    .note = Melden Sie sich gerade nicht an, so kennt jemand Ihr Passwort: wählen Sie ein neues. Geben Sie diesen Code niemandem.
    .sms = { $code } ist Ihr Anmeldecode für { $brand }. Geben Sie ihn niemandem.

passwordless =
    .subject = Anmeldung bei { $brand }
    .heading = Anmeldung bei { $brand }
    .body = Geben Sie diesen Code dort ein, wo Sie die Anmeldung begonnen haben.
    .body-link = Folgen Sie dem Link auf dem Gerät, auf dem Sie die Anmeldung begonnen haben.
    .body-code-or-link = Geben Sie den Code dort ein, wo Sie die Anmeldung begonnen haben, oder folgen Sie dem Link auf demselben Gerät.
    .note = Melden Sie sich gerade nicht an, müssen Sie nichts tun. Geben Sie diese Nachricht niemandem.
