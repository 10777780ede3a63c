# English. $brand is the sender's name, $code and $username are filled in later, $minutes is a number.

common =
    .code-label = Your code
    .password-label = Your temporary password
    .username-label = Your user name
    .link-label = Continue
    .support = Questions?
    .valid = { $minutes ->
        [one] Valid for one minute.
       *[other] Valid for { $minutes } minutes.
    }

sign-up =
    .subject = Confirm your address for { $brand }
    .heading = Welcome to { $brand }
    .body = Enter this code to confirm that this address is yours.
    .body-link = Follow the link to confirm that this address is yours.
    .body-code-or-link = Enter the code or follow the link to confirm that this address is yours.
    .note = You get this message because somebody signed up with your address. If it was not you, there is nothing to do.
    .sms = { $code } is your { $brand } confirmation code.

resend-code =
    .subject = Your new code for { $brand }
    .heading = Here is your new code
    .body = Enter this code to confirm that this address is yours. Earlier codes no longer work.
    .body-link = Follow the link to confirm that this address is yours. Earlier links no longer work.
    .body-code-or-link = Enter the code or follow the link to confirm that this address is yours. Earlier ones no longer work.
    .note = You get this message because somebody asked for a new code. If it was not you, there is nothing to do.
    .sms = { $code } is your new { $brand } confirmation code.

invitation =
    .subject = Your account at { $brand }
    .heading = You have an account at { $brand }
    .body = Sign in with the name and the temporary password below. You will then choose a password of your own.
    .note = If you did not expect this message, ask whoever runs your account.
    .sms = { $brand }: user name { $username }, temporary password { $code }

forgot-password =
    .subject = Choose a new password for { $brand }
    .heading = Choose a new password
    .body = Enter this code to choose a new password.
    .note = If you did not ask for this, your password stays as it is. Give this code to nobody.
    .sms = { $code } is your { $brand } code to choose a new password. Give it to nobody.

update-attribute =
    .subject = Confirm your new address for { $brand }
    .heading = Confirm the change
    .body = You changed your address or number. Enter this code to confirm it.
    .note = If it was not you, sign in and choose a new password. Give this code to nobody.
    .sms = { $code } is your { $brand } code to confirm your new number.

verify-attribute =
    .subject = Confirm your address for { $brand }
    .heading = Confirm your address
    .body = Enter this code to confirm that this address is yours.
    .note = If you did not ask for this, there is nothing to do. Give this code to nobody.
    .sms = { $code } is your { $brand } code to confirm your number.

authentication =
    .subject = Your sign-in code for { $brand }
    .heading = Sign in to { $brand }
    .body = Enter this code to finish signing in.
    .note = If you are not signing in, somebody knows your password: choose a new one. Give this code to nobody.
    .sms = { $code } is your { $brand } sign-in code. Give it to nobody.

passwordless =
    .subject = Sign in to { $brand }
    .heading = Sign in to { $brand }
    .body = Enter this code where you began to sign in.
    .body-link = Follow the link on the device where you began to sign in.
    .body-code-or-link = Enter the code where you began to sign in, or follow the link on the same device.
    .note = If you are not signing in, there is nothing to do. Give this message to nobody.
