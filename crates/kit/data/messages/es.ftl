# Español. $brand es el nombre del remitente, $code y $username se rellenan después, $minutes es un número.

common =
    .code-label = Su código
    .password-label = Su contraseña provisional
    .username-label = Su nombre de usuario
    .link-label = Continuar
    .support = ¿Preguntas?
    .valid = { $minutes ->
        [one] Válido durante un minuto.
       *[other] Válido durante { $minutes } minutos.
    }

sign-up =
    .subject = Confirme su dirección para { $brand }
    .heading = Bienvenido a { $brand }
    .body = Introduzca este código para confirmar que esta dirección es suya.
    .body-link = Siga el enlace para confirmar que esta dirección es suya.
    .body-code-or-link = Introduzca el código o siga el enlace para confirmar que esta dirección es suya.
    .note = Recibe este mensaje porque alguien se registró con su dirección. Si no fue usted, no tiene que hacer nada.
    .sms = { $code } es su código de confirmación de { $brand }.

resend-code =
    .subject = Su nuevo código para { $brand }
    .heading = Aquí tiene su nuevo código
    .body = Introduzca este código para confirmar que esta dirección es suya. Los códigos anteriores ya no sirven.
    .body-link = Siga el enlace para confirmar que esta dirección es suya. Los enlaces anteriores ya no sirven.
    .body-code-or-link = Introduzca el código o siga el enlace para confirmar que esta dirección es suya. Los anteriores ya no sirven.
    .note = Recibe este mensaje porque alguien pidió un código nuevo. Si no fue usted, no tiene que hacer nada.
    .sms = { $code } es su nuevo código de confirmación de { $brand }.

invitation =
    .subject = Su cuenta en { $brand }
    .heading = Tiene una cuenta en { $brand }
    .body = Inicie sesión con el nombre y la contraseña provisional. Después elegirá una contraseña propia.
    .note = Si no esperaba este mensaje, pregunte a quien administra su cuenta.
    .sms = { $brand }: nombre de usuario { $username }, contraseña provisional { $code }

forgot-password =
    .subject = Elija una nueva contraseña para { $brand }
    .heading = Elija una nueva contraseña
    .body = Introduzca este código para elegir una nueva contraseña.
    .note = Si no lo ha pedido, su contraseña no cambia. No dé este código a nadie.
    .sms = { $code } es su código de { $brand } para una nueva contraseña. No lo dé a nadie.

update-attribute =
    .subject = Confirme su nueva dirección para { $brand }
    .heading = Confirme el cambio
    .body = Ha cambiado su dirección o su número. Introduzca este código para confirmarlo.
    .note = Si no fue usted, inicie sesión y elija una nueva contraseña. No dé este código a nadie.
    .sms = { $code } es su código de { $brand } para confirmar su nuevo número.

verify-attribute =
    .subject = Confirme que esta dirección es suya para { $brand }
    .heading = Confirme su dirección
    .body = Introduzca este código para confirmar que esta dirección es suya.
    .note = Si no lo ha pedido, no tiene que hacer nada. No dé este código a nadie.
    .sms = { $code } es su código de { $brand } para confirmar su número.

authentication =
    .subject = Su código de acceso a { $brand }
    .heading = Acceso a { $brand }
    .body = Introduzca este código para terminar de iniciar sesión.
    .note = Si no está iniciando sesión, alguien conoce su contraseña: elija otra. No dé este código a nadie.
    .sms = { $code } es su código de acceso a { $brand }. No lo dé a nadie.

passwordless =
    .subject = Acceso a { $brand }
    .heading = Acceso a { $brand }
    .body = Introduzca este código donde empezó a iniciar sesión.
    .body-link = Siga el enlace en el dispositivo donde empezó a iniciar sesión.
    .body-code-or-link = Introduzca el código donde empezó a iniciar sesión, o siga el enlace en el mismo dispositivo.
    .note = Si no está iniciando sesión, no tiene que hacer nada. No dé este mensaje a nadie.
