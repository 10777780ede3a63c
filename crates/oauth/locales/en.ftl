# English. Everything that pages say. A theme may say any of it differently.

brand = Poolhouse
language-name = English
languages = Language
title-problem = Problem:
problems = Please check this
optional = (optional)
rules = Your password needs:
or = or
who = Account:
next = Continue
cancel = Cancel
lead-toward = to continue to { $client }
continue-with = Continue with { $provider }
no-account = New here?

link-forgot-password = Forgot your password?
link-sign-up = Create an account
link-have-account = I already have an account
link-back-to-sign-in = Back to sign-in
link-other-ways = Sign in another way
link-start-over = Start over
link-change = Change
link-other-account = Use another account
link-not-now = Not now
link-sign-in-again = Sign in again

field-username = Username
field-email = Email address
field-phone-number = Phone number
field-email-or-phone-number = Email address or phone number
field-username-or-email = Username or email address
field-username-or-phone-number = Username or phone number
field-username-or-contact = Username, email address or phone number
field-password = Password
field-new-password = New password
field-repeated-password = The same password again
field-code = Code
field-device-name = Name of this device
hint-phone-number = With the country code, for example +44 20 7946 0000

rule-length = { $count ->
    [one] at least one character
   *[other] at least { $count } characters
}
rule-lowercase = a lowercase letter
rule-uppercase = an uppercase letter
rule-number = a number
rule-symbol = a symbol such as ! or ?

sign-in-title = Sign in
sign-in-submit = Sign in
password-title = Enter your password
sign-up-title = Create your account
sign-up-submit = Create account
confirm-title = Confirm your account
confirm-lead = Enter the code that we sent you to show that this address is yours.
confirm-submit = Confirm
resend-title = Get a new code
resend-lead = We will send another code to confirm your account. Earlier codes stop working.
resend-submit = Send code
resend-again = Send another code
forgot-title = Forgot your password?
forgot-lead = Tell us who you are, and we will send you a code to choose a new one.
forgot-submit = Send code
reset-title = Choose a new password
reset-submit = Save password
new-password-title = Choose your own password
new-password-lead = The one you signed in with was only for the first time.
new-password-submit = Save and continue

code-totp-title = Enter your code
code-totp-lead = Open your authenticator app and enter the code that it shows.
code-sms-title = Check your phone
code-sms-lead = Enter the code from the text message that we sent you.
code-email-title = Check your email
code-email-lead = Enter the code from the email that we sent you.
code-lead-to = We sent a code to { $to }.
code-submit = Continue

choose-way-title = How would you like to sign in?
choose-way-lead = Choose one of the ways that are set up for you.
choose-second-title = Confirm that it is you
choose-second-lead = Choose how you would like to confirm your sign-in.
choose-enrol-title = Protect your account
choose-enrol-lead = This account needs a second step at sign-in. Choose one to set up.
enrol-email-lead = Codes to confirm your sign-in will go to this email address.
enrol-phone-lead = Codes to confirm your sign-in will go to this phone number.
choose-account-title = Choose an account
factor-password = Password
factor-totp = Authenticator app
factor-sms = Text message
factor-email = Email

enrol-totp-title = Set up your authenticator app
enrol-totp-lead = From now on, the app shows you a code whenever you sign in.
enrol-totp-step-scan = Scan this picture with your authenticator app.
enrol-totp-picture = QR code with the key for your authenticator app
enrol-totp-open = Open the app on this device
enrol-totp-by-hand = Enter the key by hand
enrol-totp-step-code = Enter the code that the app shows.
enrol-totp-submit = Turn on

passkey-offer = Sign in with a passkey
passkey-needs-script = Passkeys need JavaScript. Turn it on in your browser, or choose another way.
passkey-unable = This browser cannot use passkeys. Choose another way.
enrol-passkey-title = Sign in faster with a passkey
enrol-passkey-lead = Your fingerprint, your face or your screen lock takes the place of a password. It never leaves your device.
enrol-passkey-submit = Create a passkey

consent-title = Allow { $client } to use your account?
consent-lead = { $client } would like to:
consent-home = After that you go to { $host }.
consent-allow = Allow
consent-deny = Deny
scope-openid = know who you are
scope-email = see your email address
scope-phone = see your phone number
scope-profile = see your profile, such as your name
scope-offline-access = keep access while you are away
scope-admin = see and change your account and its settings

link-account-title = Is this you?
link-account-lead = There already is an account like yours. Prove that it is yours to sign in to it with { $provider } from now on.
link-account-submit = Link accounts

confirm-link-title = Confirm your account
confirm-link-lead = One more press, and this address is confirmed.
confirm-link-submit = Confirm
sign-in-link-title = Sign in
sign-in-link-lead = One more press, and you are signed in.

sign-out-title = Sign out?
sign-out-lead = An application wants to sign you out of this browser.
sign-out-submit = Sign out
signed-out-title = You are signed out
signed-out-lead = See you soon. On a shared computer, close this window as well.
onward-title = You are on your way
onward-lead = If nothing happens, please continue by hand.
done-confirmed-title = Your account is confirmed
done-confirmed-lead = You can sign in now.
done-password-title = Your password is changed
done-password-lead = Use the new one from now on.
done-passkey-title = Your passkey is ready
done-passkey-lead = Use it the next time you sign in.
done-cancelled-title = Nothing was changed
done-cancelled-lead = You can close this window.

error-request-title = This link does not work
error-request-lead = The application sent a request that we cannot answer. Go back to it and try again.
error-client-lead = We do not know the application that sent you here.
error-redirect-lead = The application wants you to return to an address that is not registered for it. To keep you safe, we stop here.
error-form-title = This page is out of date
error-form-lead = We could not tell that the form came from you. Nothing was changed.
error-session-title = This took too long
error-session-lead = For your safety you have to start over.
error-found-title = There is nothing here
error-found-lead = Check the address, or go back to the application.
error-many-title = One moment, please
error-many-lead = There were too many tries. Wait a little and try again.
error-provider-title = The other service did not sign you in
error-provider-lead = Try again, or choose another way to sign in.
error-trouble-title = Something went wrong
error-trouble-lead = It is not your fault. Please try again in a moment.
error-reference = Reference: { $reference }

notice-code-sent-to = We sent a code to { $to }.
notice-code-sent = If there is such an account, a code is on its way.
notice-account-confirmed = Your account is confirmed. You can sign in now.
notice-password-changed = Your password is changed. Sign in with the new one.
notice-prove-again = To go on, please prove that it is you.
notice-sign-in-again = Please sign in again to continue.

fault-wrong-credentials = The name or the password is not right.
fault-not-accepted = That was not accepted. Please try again.
fault-disabled = This account is disabled.
fault-locked-out = There were too many wrong tries. Wait a little and try again.
fault-too-many-attempts = There were too many tries. Wait a little and try again.
fault-wrong-code = This code is not right.
fault-expired-code = This code is no longer valid. Ask for a new one.
fault-temporary-password-expired = Your temporary password is no longer valid. Ask whoever manages your account for a new one.
fault-password-breaks-policy = This password does not have all that is needed.
fault-password-used-before = You have used this password before. Choose another one.
fault-passwords-differ = The two passwords are not the same.
fault-missing = Fill this in.
fault-missing-of = Fill in: { $field }
fault-malformed = This cannot be used here.
fault-malformed-email = This is not a whole email address.
fault-malformed-phone-number = Write the number with its country code, for example +442079460000.
fault-username-taken = This username is taken.
fault-contact-taken = There already is an account with this address or number.
fault-sign-up-closed = New accounts cannot be created here.
fault-cannot-recover = We cannot send you a code. Ask whoever manages your account.
fault-session-expired = This took too long. Please start over.
fault-passkey-failed = The passkey could not be used. Try again or choose another way.
fault-provider-failed = The other service did not sign you in.
fault-not-sent = The message could not be sent. Please try again.
fault-unavailable = Something went wrong. Please try again in a moment.

attribute-address = Postal address
attribute-birthdate = Date of birth
attribute-email = Email address
attribute-family-name = Last name
attribute-gender = Gender
attribute-given-name = First name
attribute-locale = Language
attribute-middle-name = Middle name
attribute-name = Name
attribute-nickname = Nickname
attribute-phone-number = Phone number
attribute-picture = Address of a picture
attribute-preferred-username = Preferred username
attribute-profile = Address of your profile
attribute-website = Website
attribute-zoneinfo = Time zone
