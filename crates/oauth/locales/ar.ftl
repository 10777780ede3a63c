# العربية. كل ما تقوله الصفحات.

brand = Poolhouse
language-name = العربية
languages = اللغة
title-problem = مشكلة:
problems = يُرجى التحقق مما يلي
optional = (اختياري)
rules = يجب أن تحتوي كلمة المرور على:
or = أو
who = الحساب:
next = متابعة
cancel = إلغاء
lead-toward = للمتابعة إلى { $client }
continue-with = المتابعة باستخدام { $provider }
no-account = ليس لديك حساب؟

link-forgot-password = هل نسيت كلمة المرور؟
link-sign-up = إنشاء حساب
link-have-account = لدي حساب بالفعل
link-back-to-sign-in = العودة إلى تسجيل الدخول
link-other-ways = تسجيل الدخول بطريقة أخرى
link-start-over = البدء من جديد
link-change = تغيير
link-other-account = استخدام حساب آخر
link-not-now = ليس الآن
link-sign-in-again = تسجيل الدخول مرة أخرى

field-username = اسم المستخدم
field-email = البريد الإلكتروني
field-phone-number = رقم الهاتف
field-email-or-phone-number = البريد الإلكتروني أو رقم الهاتف
field-username-or-email = اسم المستخدم أو البريد الإلكتروني
field-username-or-phone-number = اسم المستخدم أو رقم الهاتف
field-username-or-contact = اسم المستخدم أو البريد الإلكتروني أو رقم الهاتف
field-password = كلمة المرور
field-new-password = كلمة المرور الجديدة
field-repeated-password = كلمة المرور نفسها مرة أخرى
field-code = الرمز
field-device-name = اسم هذا الجهاز
hint-phone-number = مع رمز البلد، مثل { "\u2066+966 11 234 5678\u2069" }

rule-length = { $count ->
    [zero] أي عدد من الأحرف
    [one] حرف واحد على الأقل
    [two] حرفين على الأقل
    [few] { $count } أحرف على الأقل
    [many] { $count } حرفًا على الأقل
   *[other] { $count } حرف على الأقل
}
rule-lowercase = حرف لاتيني صغير
rule-uppercase = حرف لاتيني كبير
rule-number = رقم
rule-symbol = رمز مثل ! أو ?

sign-in-title = تسجيل الدخول
sign-in-submit = تسجيل الدخول
password-title = أدخل كلمة المرور
sign-up-title = أنشئ حسابك
sign-up-submit = إنشاء الحساب
confirm-title = أكّد حسابك
confirm-lead = أدخل الرمز الذي أرسلناه إليك لتأكيد أن هذا العنوان يخصك.
confirm-submit = تأكيد
resend-title = الحصول على رمز جديد
resend-lead = سنرسل إليك رمزًا آخر لتأكيد حسابك. لن تعمل الرموز السابقة بعد ذلك.
resend-submit = إرسال الرمز
resend-again = إرسال رمز آخر
forgot-title = هل نسيت كلمة المرور؟
forgot-lead = أخبرنا من أنت، وسنرسل إليك رمزًا لاختيار كلمة مرور جديدة.
forgot-submit = إرسال الرمز
reset-title = اختر كلمة مرور جديدة
reset-submit = حفظ كلمة المرور
new-password-title = اختر كلمة مرور خاصة بك
new-password-lead = كانت كلمة المرور السابقة لتسجيل الدخول الأول فقط.
new-password-submit = حفظ ومتابعة

code-totp-title = أدخل الرمز
code-totp-lead = افتح تطبيق المصادقة وأدخل الرمز الذي يعرضه.
code-sms-title = تحقق من هاتفك
code-sms-lead = أدخل الرمز الوارد في الرسالة النصية التي أرسلناها إليك.
code-email-title = تحقق من بريدك
code-email-lead = أدخل الرمز الوارد في رسالة البريد التي أرسلناها إليك.
code-lead-to = أرسلنا رمزًا إلى { $to }.
code-submit = متابعة

choose-way-title = كيف تريد تسجيل الدخول؟
choose-way-lead = اختر إحدى الطرق المُعدّة لك.
choose-second-title = أكّد هويتك
choose-second-lead = اختر الطريقة التي تؤكد بها تسجيل دخولك.
choose-enrol-title = احمِ حسابك
choose-enrol-lead = يتطلب هذا الحساب خطوة ثانية عند تسجيل الدخول. اختر الخطوة التي تريد إعدادها.
enrol-email-lead = ستُرسل رموز تأكيد تسجيل الدخول إلى عنوان البريد الإلكتروني هذا.
enrol-phone-lead = ستُرسل رموز تأكيد تسجيل الدخول إلى رقم الهاتف هذا.
choose-account-title = اختر حسابًا
factor-password = كلمة المرور
factor-totp = تطبيق المصادقة
factor-sms = رسالة نصية
factor-email = البريد الإلكتروني

enrol-totp-title = إعداد تطبيق المصادقة
enrol-totp-lead = من الآن فصاعدًا، سيعرض لك التطبيق رمزًا عند كل تسجيل دخول.
enrol-totp-step-scan = امسح هذه الصورة ضوئيًا بتطبيق المصادقة.
enrol-totp-picture = رمز QR يحتوي على مفتاح تطبيق المصادقة
enrol-totp-open = فتح التطبيق على هذا الجهاز
enrol-totp-by-hand = إدخال المفتاح يدويًا
enrol-totp-step-code = أدخل الرمز الذي يعرضه التطبيق.
enrol-totp-submit = تفعيل

passkey-offer = تسجيل الدخول بمفتاح المرور
passkey-needs-script = تحتاج مفاتيح المرور إلى JavaScript. فعّله في المتصفح أو اختر طريقة أخرى.
passkey-unable = لا يدعم هذا المتصفح مفاتيح المرور. اختر طريقة أخرى.
enrol-passkey-title = سجّل الدخول أسرع بمفتاح مرور
enrol-passkey-lead = تحل بصمتك أو وجهك أو قفل الشاشة محل كلمة المرور. ولا يغادر أي منها جهازك.
enrol-passkey-submit = إنشاء مفتاح مرور

consent-title = هل تسمح لـ { $client } باستخدام حسابك؟
consent-lead = يريد { $client }:
consent-home = بعد ذلك تنتقل إلى { $host }.
consent-allow = سماح
consent-deny = رفض
scope-openid = معرفة من أنت
scope-email = الاطلاع على بريدك الإلكتروني
scope-phone = الاطلاع على رقم هاتفك
scope-profile = الاطلاع على ملفك الشخصي، مثل اسمك
scope-offline-access = الاحتفاظ بالوصول أثناء غيابك
scope-admin = الاطلاع على حسابك وإعداداته وتغييرها

link-account-title = هل هذا أنت؟
link-account-lead = يوجد حساب مشابه لحسابك. أثبت أنه لك لتسجّل الدخول إليه باستخدام { $provider } من الآن فصاعدًا.
link-account-submit = ربط الحسابين

confirm-link-title = أكّد حسابك
confirm-link-lead = ضغطة واحدة أخرى ويتم تأكيد هذا العنوان.
confirm-link-submit = تأكيد
sign-in-link-title = تسجيل الدخول
sign-in-link-lead = ضغطة واحدة أخرى ويتم تسجيل دخولك.

sign-out-title = هل تريد تسجيل الخروج؟
sign-out-lead = يريد أحد التطبيقات تسجيل خروجك من هذا المتصفح.
sign-out-submit = تسجيل الخروج
signed-out-title = تم تسجيل خروجك
signed-out-lead = إلى اللقاء. إذا كان الجهاز مشتركًا، فأغلق هذه النافذة أيضًا.
onward-title = جارٍ المتابعة
onward-lead = إذا لم يحدث شيء، فتابع بنفسك.
done-confirmed-title = تم تأكيد حسابك
done-confirmed-lead = يمكنك الآن تسجيل الدخول.
done-password-title = تم تغيير كلمة المرور
done-password-lead = استخدم كلمة المرور الجديدة من الآن فصاعدًا.
done-passkey-title = مفتاح المرور جاهز
done-passkey-lead = استخدمه في المرة القادمة التي تسجّل فيها الدخول.
done-cancelled-title = لم يتغير شيء
done-cancelled-lead = يمكنك إغلاق هذه النافذة.

error-request-title = هذا الرابط لا يعمل
error-request-lead = أرسل التطبيق طلبًا لا يمكننا الرد عليه. عُد إليه وحاول مرة أخرى.
error-client-lead = لا نعرف التطبيق الذي أرسلك إلى هنا.
error-redirect-lead = يريد التطبيق إعادتك إلى عنوان غير مسجّل له. حفاظًا على سلامتك نتوقف هنا.
error-form-title = هذه الصفحة لم تعد صالحة
error-form-lead = لم نتمكن من التأكد من أن النموذج جاء منك. لم يتغير شيء.
error-session-title = استغرق هذا وقتًا طويلًا
error-session-lead = حفاظًا على سلامتك عليك البدء من جديد.
error-found-title = لا يوجد شيء هنا
error-found-lead = تحقق من العنوان أو عُد إلى التطبيق.
error-many-title = لحظة من فضلك
error-many-lead = كان هناك عدد كبير جدًا من المحاولات. انتظر قليلًا ثم حاول مرة أخرى.
error-provider-title = لم تسجّل الخدمة الأخرى دخولك
error-provider-lead = حاول مرة أخرى أو اختر طريقة أخرى لتسجيل الدخول.
error-trouble-title = حدث خطأ ما
error-trouble-lead = ليس هذا خطأك. يُرجى المحاولة مرة أخرى بعد لحظات.
error-reference = المرجع: { $reference }

notice-code-sent-to = أرسلنا رمزًا إلى { $to }.
notice-code-sent = إذا كان هذا الحساب موجودًا، فسيصل إليك رمز قريبًا.
notice-account-confirmed = تم تأكيد حسابك. يمكنك الآن تسجيل الدخول.
notice-password-changed = تم تغيير كلمة المرور. سجّل الدخول بكلمة المرور الجديدة.
notice-prove-again = للمتابعة، يُرجى إثبات هويتك.
notice-sign-in-again = يُرجى تسجيل الدخول مرة أخرى للمتابعة.

fault-wrong-credentials = الاسم أو كلمة المرور غير صحيحة.
fault-not-accepted = لم يُقبل ذلك. يُرجى المحاولة مرة أخرى.
fault-disabled = هذا الحساب معطّل.
fault-locked-out = كان هناك عدد كبير جدًا من المحاولات الخاطئة. انتظر قليلًا ثم حاول مرة أخرى.
fault-too-many-attempts = كان هناك عدد كبير جدًا من المحاولات. انتظر قليلًا ثم حاول مرة أخرى.
fault-wrong-code = هذا الرمز غير صحيح.
fault-expired-code = لم يعد هذا الرمز صالحًا. اطلب رمزًا جديدًا.
fault-temporary-password-expired = لم تعد كلمة المرور المؤقتة صالحة. اطلب كلمة جديدة ممن يدير حسابك.
fault-password-breaks-policy = ينقص كلمة المرور هذه بعض المطلوب.
fault-password-used-before = سبق أن استخدمت كلمة المرور هذه. اختر غيرها.
fault-passwords-differ = كلمتا المرور غير متطابقتين.
fault-missing = يُرجى ملء هذا الحقل.
fault-missing-of = يُرجى ملء: { $field }
fault-malformed = لا يمكن استخدام هذا هنا.
fault-malformed-email = هذا ليس عنوان بريد إلكتروني كاملًا.
fault-malformed-phone-number = اكتب الرقم مع رمز البلد، مثل { "\u2066+966112345678\u2069" }.
fault-username-taken = اسم المستخدم هذا مستخدَم بالفعل.
fault-contact-taken = يوجد حساب بهذا العنوان أو الرقم بالفعل.
fault-sign-up-closed = لا يمكن إنشاء حسابات جديدة هنا.
fault-cannot-recover = لا يمكننا إرسال رمز إليك. تواصل مع من يدير حسابك.
fault-session-expired = استغرق هذا وقتًا طويلًا. يُرجى البدء من جديد.
fault-passkey-failed = تعذّر استخدام مفتاح المرور. حاول مرة أخرى أو اختر طريقة أخرى.
fault-provider-failed = لم تسجّل الخدمة الأخرى دخولك.
fault-not-sent = تعذّر إرسال الرسالة. يُرجى المحاولة مرة أخرى.
fault-unavailable = حدث خطأ ما. يُرجى المحاولة مرة أخرى بعد لحظات.

attribute-address = العنوان البريدي
attribute-birthdate = تاريخ الميلاد
attribute-email = البريد الإلكتروني
attribute-family-name = اسم العائلة
attribute-gender = الجنس
attribute-given-name = الاسم الأول
attribute-locale = اللغة
attribute-middle-name = الاسم الأوسط
attribute-name = الاسم
attribute-nickname = اللقب
attribute-phone-number = رقم الهاتف
attribute-picture = عنوان صورة
attribute-preferred-username = اسم المستخدم المفضّل
attribute-profile = عنوان ملفك الشخصي
attribute-website = الموقع الإلكتروني
attribute-zoneinfo = المنطقة الزمنية
