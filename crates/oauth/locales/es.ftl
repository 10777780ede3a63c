# Español. Todo lo que dicen las páginas. Un tema puede decirlo de otra manera.

brand = Poolhouse
language-name = Español
languages = Idioma
title-problem = Problema:
problems = Revise lo siguiente
optional = (opcional)
rules = Su contraseña necesita:
or = o
who = Cuenta:
next = Continuar
cancel = Cancelar
lead-toward = para continuar a { $client }
continue-with = Continuar con { $provider }
no-account = ¿Aún no tiene cuenta?

link-forgot-password = ¿Olvidó su contraseña?
link-sign-up = Crear una cuenta
link-have-account = Ya tengo una cuenta
link-back-to-sign-in = Volver al inicio de sesión
link-other-ways = Iniciar sesión de otra manera
link-start-over = Empezar de nuevo
link-change = Cambiar
link-other-account = Usar otra cuenta
link-not-now = Ahora no
link-sign-in-again = Volver a iniciar sesión

field-username = Nombre de usuario
field-email = Correo electrónico
field-phone-number = Número de teléfono
field-email-or-phone-number = Correo electrónico o número de teléfono
field-username-or-email = Nombre de usuario o correo electrónico
field-username-or-phone-number = Nombre de usuario o número de teléfono
field-username-or-contact = Nombre de usuario, correo electrónico o número de teléfono
field-password = Contraseña
field-new-password = Contraseña nueva
field-repeated-password = La misma contraseña otra vez
field-code = Código
field-device-name = Nombre de este dispositivo
hint-phone-number = Con el prefijo del país, por ejemplo +34 912 345 678

rule-length = { $count ->
    [one] al menos un carácter
   *[other] al menos { $count } caracteres
}
rule-lowercase = una letra minúscula
rule-uppercase = una letra mayúscula
rule-number = un número
rule-symbol = un símbolo como ! o ?

sign-in-title = Iniciar sesión
sign-in-submit = Iniciar sesión
password-title = Escriba su contraseña
sign-up-title = Cree su cuenta
sign-up-submit = Crear cuenta
confirm-title = Confirme su cuenta
confirm-lead = Escriba el código que le enviamos para mostrar que esta dirección es suya.
confirm-submit = Confirmar
resend-title = Obtener un código nuevo
resend-lead = Le enviaremos otro código para confirmar su cuenta. Los códigos anteriores dejarán de servir.
resend-submit = Enviar código
resend-again = Enviar otro código
forgot-title = ¿Olvidó su contraseña?
forgot-lead = Díganos quién es y le enviaremos un código para elegir una nueva.
forgot-submit = Enviar código
reset-title = Elija una contraseña nueva
reset-submit = Guardar contraseña
new-password-title = Elija su propia contraseña
new-password-lead = La anterior era solo para el primer inicio de sesión.
new-password-submit = Guardar y continuar

code-totp-title = Escriba su código
code-totp-lead = Abra su aplicación de autenticación y escriba el código que muestra.
code-sms-title = Mire su teléfono
code-sms-lead = Escriba el código del mensaje de texto que le enviamos.
code-email-title = Mire su correo
code-email-lead = Escriba el código del correo que le enviamos.
code-lead-to = Enviamos un código a { $to }.
code-submit = Continuar

choose-way-title = ¿Cómo quiere iniciar sesión?
choose-way-lead = Elija una de las maneras configuradas para usted.
choose-second-title = Confirme que es usted
choose-second-lead = Elija cómo quiere confirmar su inicio de sesión.
choose-enrol-title = Proteja su cuenta
choose-enrol-lead = Esta cuenta necesita un segundo paso al iniciar sesión. Elija cuál quiere configurar.
enrol-email-lead = Los códigos para confirmar su inicio de sesión se enviarán a esta dirección de correo.
enrol-phone-lead = Los códigos para confirmar su inicio de sesión se enviarán a este número de teléfono.
choose-account-title = Elija una cuenta
factor-password = Contraseña
factor-totp = Aplicación de autenticación
factor-sms = Mensaje de texto
factor-email = Correo electrónico

enrol-totp-title = Configure su aplicación de autenticación
enrol-totp-lead = A partir de ahora, la aplicación le mostrará un código cada vez que inicie sesión.
enrol-totp-step-scan = Escanee esta imagen con su aplicación de autenticación.
enrol-totp-picture = Código QR con la clave para su aplicación de autenticación
enrol-totp-open = Abrir la aplicación en este dispositivo
enrol-totp-by-hand = Escribir la clave a mano
enrol-totp-step-code = Escriba el código que muestra la aplicación.
enrol-totp-submit = Activar

passkey-offer = Iniciar sesión con una llave de acceso
passkey-needs-script = Las llaves de acceso necesitan JavaScript. Actívelo en su navegador o elija otra manera.
passkey-unable = Este navegador no admite llaves de acceso. Elija otra manera.
enrol-passkey-title = Inicie sesión más rápido con una llave de acceso
enrol-passkey-lead = La huella, el rostro o el bloqueo de pantalla sustituyen a la contraseña. Nada de eso sale de su dispositivo.
enrol-passkey-submit = Crear una llave de acceso

consent-title = ¿Permitir que { $client } use su cuenta?
consent-lead = { $client } quiere:
consent-home = Después irá a { $host }.
consent-allow = Permitir
consent-deny = Rechazar
scope-openid = saber quién es usted
scope-email = ver su correo electrónico
scope-phone = ver su número de teléfono
scope-profile = ver su perfil, por ejemplo su nombre
scope-offline-access = conservar el acceso cuando usted no esté
scope-admin = ver y cambiar su cuenta y sus ajustes

link-account-title = ¿Es usted?
link-account-lead = Ya existe una cuenta como la suya. Demuestre que es suya para iniciar sesión en ella con { $provider } a partir de ahora.
link-account-submit = Vincular cuentas

confirm-link-title = Confirme su cuenta
confirm-link-lead = Una pulsación más y esta dirección quedará confirmada.
confirm-link-submit = Confirmar
sign-in-link-title = Iniciar sesión
sign-in-link-lead = Una pulsación más y habrá iniciado sesión.

sign-out-title = ¿Cerrar la sesión?
sign-out-lead = Una aplicación quiere cerrar su sesión en este navegador.
sign-out-submit = Cerrar sesión
signed-out-title = Ha cerrado la sesión
signed-out-lead = Hasta pronto. En un ordenador compartido, cierre también esta ventana.
onward-title = Ya casi está
onward-lead = Si no ocurre nada, continúe usted mismo.
done-confirmed-title = Su cuenta está confirmada
done-confirmed-lead = Ya puede iniciar sesión.
done-password-title = Su contraseña ha cambiado
done-password-lead = A partir de ahora use la nueva.
done-passkey-title = Su llave de acceso está lista
done-passkey-lead = Úsela la próxima vez que inicie sesión.
done-cancelled-title = No se cambió nada
done-cancelled-lead = Puede cerrar esta ventana.

error-request-title = Este enlace no funciona
error-request-lead = La aplicación envió una solicitud que no podemos responder. Vuelva a ella e inténtelo de nuevo.
error-client-lead = No conocemos la aplicación que le envió aquí.
error-redirect-lead = La aplicación quiere que vuelva a una dirección que no está registrada. Por su seguridad, nos detenemos aquí.
error-form-title = Esta página ya no está al día
error-form-lead = No pudimos saber si el formulario venía de usted. No se cambió nada.
error-session-title = Esto tardó demasiado
error-session-lead = Por su seguridad tiene que empezar de nuevo.
error-found-title = Aquí no hay nada
error-found-lead = Revise la dirección o vuelva a la aplicación.
error-many-title = Un momento, por favor
error-many-lead = Hubo demasiados intentos. Espere un poco e inténtelo de nuevo.
error-provider-title = El otro servicio no inició su sesión
error-provider-lead = Inténtelo de nuevo o elija otra manera de iniciar sesión.
error-trouble-title = Algo salió mal
error-trouble-lead = No es culpa suya. Inténtelo de nuevo en un momento.
error-reference = Referencia: { $reference }

notice-code-sent-to = Enviamos un código a { $to }.
notice-code-sent = Si existe esa cuenta, hay un código en camino.
notice-account-confirmed = Su cuenta está confirmada. Ya puede iniciar sesión.
notice-password-changed = Su contraseña ha cambiado. Inicie sesión con la nueva.
notice-prove-again = Para continuar, demuestre que es usted.
notice-sign-in-again = Inicie sesión de nuevo para continuar.

fault-wrong-credentials = El nombre o la contraseña no son correctos.
fault-not-accepted = No se aceptó. Inténtelo de nuevo.
fault-disabled = Esta cuenta está desactivada.
fault-locked-out = Hubo demasiados intentos fallidos. Espere un poco e inténtelo de nuevo.
fault-too-many-attempts = Hubo demasiados intentos. Espere un poco e inténtelo de nuevo.
fault-wrong-code = Este código no es correcto.
fault-expired-code = Este código ya no es válido. Pida uno nuevo.
fault-temporary-password-expired = Su contraseña temporal ya no es válida. Pida una nueva a quien gestiona su cuenta.
fault-password-breaks-policy = A esta contraseña le falta algo de lo necesario.
fault-password-used-before = Ya usó esta contraseña. Elija otra.
fault-passwords-differ = Las dos contraseñas no son iguales.
fault-missing = Rellene este campo.
fault-missing-of = Por rellenar: { $field }
fault-malformed = Esto no se puede usar aquí.
fault-malformed-email = Esto no es una dirección de correo completa.
fault-malformed-phone-number = Escriba el número con el prefijo del país, por ejemplo +34912345678.
fault-username-taken = Este nombre de usuario ya está en uso.
fault-contact-taken = Ya existe una cuenta con esta dirección o este número.
fault-sign-up-closed = Aquí no se pueden crear cuentas nuevas.
fault-cannot-recover = No podemos enviarle un código. Diríjase a quien gestiona su cuenta.
fault-session-expired = Esto tardó demasiado. Empiece de nuevo.
fault-passkey-failed = No se pudo usar la llave de acceso. Inténtelo de nuevo o elija otra manera.
fault-provider-failed = El otro servicio no inició su sesión.
fault-not-sent = No se pudo enviar el mensaje. Inténtelo de nuevo.
fault-unavailable = Algo salió mal. Inténtelo de nuevo en un momento.

attribute-address = Dirección postal
attribute-birthdate = Fecha de nacimiento
attribute-email = Correo electrónico
attribute-family-name = Apellidos
attribute-gender = Género
attribute-given-name = Nombre de pila
attribute-locale = Idioma
attribute-middle-name = Segundo nombre
attribute-name = Nombre
attribute-nickname = Apodo
attribute-phone-number = Número de teléfono
attribute-picture = Dirección de una imagen
attribute-preferred-username = Nombre de usuario preferido
attribute-profile = Dirección de su perfil
attribute-website = Sitio web
attribute-zoneinfo = Zona horaria
