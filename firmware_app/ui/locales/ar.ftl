# كلمات المسافر بالعربية.
# review: none

## What stands on every screen
page-name = كشك الحدود
page-moment = لحظة من فضلك
page-moment-cue = الكشك يستعد. مكانك محفوظ.
page-progress = الخطوة { $step } من { $steps }
page-tools = العرض والصوت
page-live = أنت كما تراك الكاميرا
page-code = رمزك
page-speech-on = القراءة بصوت عالٍ مفعّلة.
page-keys = تنقّل بمفاتيح الأسهم. اختر بالمفتاح الأوسط.
page-button = زر
page-hidden = هذا معروض على الشاشة فقط.
page-headphones-on = تُقرأ بياناتك الآن أيضاً في سماعة الرأس.
tool-contrast = تباين أقوى
tool-bigger = خط أكبر
tool-louder = صوت أعلى
tool-speech = قراءة بصوت عالٍ
tool-repeat = أعد القول
tool-pause = إيقاف الصوت مؤقتاً
tool-headphones = سماعة الرأس
page-person = الشخص { $person }
page-called = شخص قادم لمساعدتك
tool-seat = وضع الجلوس
tool-still = حركة أقل
key-erase = حذف
key-space = مسافة
key-accents = أحرف بعلامات

## Screens
attract-title = أهلاً وسهلاً
attract-cue = جهّز وثيقة سفرك. نحو دقيقة واحدة.
language-title = اختر لغتك
language-cue = يمكنك أيضاً المتابعة بالصور وحدها.
notice-title = بياناتك وحقوقك
notice-cue = المس «متابعة» للبدء.
notice-point-what = نقرأ وثيقتك وننظر إلى وجهك ونمسح إصبعاً واحداً.
notice-point-who = لا يراها إلا موظفو الحدود.
notice-point-how-long = تُمحى عندما لا يعود القانون يسمح بحفظها.
notice-point-rights = يمكنك الاطلاع على بياناتك وطلب تصحيحها. ويمكن لموظف أن يقوم بكل ذلك معك.
document-title = أبرز وثيقة سفرك
reading-title = جارٍ قراءة وثيقتك
reading-cue-chip = اتركها في مكانها. تمت قراءة { $percent } ٪.
reading-cue-wait = اتركها في مكانها من فضلك.
confirm-title = هل هذا أنت؟
confirm-cue = تحقق من الاسم والتواريخ.
face-title = انظر إلى الكاميرا
finger-title = ضع إصبعك
finger-title-right-thumb = الإبهام الأيمن
finger-title-right-index = السبابة اليمنى
finger-title-right-middle = الوسطى اليمنى
finger-title-right-ring = البنصر الأيمن
finger-title-right-little = الخنصر الأيمن
finger-title-left-thumb = الإبهام الأيسر
finger-title-left-index = السبابة اليسرى
finger-title-left-middle = الوسطى اليسرى
finger-title-left-ring = البنصر الأيسر
finger-title-left-little = الخنصر الأيسر
finger-why-title = لماذا لا يمكن هذا الإصبع؟
question-cue = المس إجابة واحدة.
purpose-of-visit-title = ما سبب سفرك؟
intended-stay-title = كم ستبقى؟
review-title = هل كل شيء صحيح؟
review-cue = لا يُحفظ شيء قبل أن تلمس «حفظ».
saving-title = جارٍ الحفظ
saving-cue-wait = يستغرق هذا لحظة.
saved-title = تم الحفظ بأمان
saved-cue = خذ وثيقتك معك من فضلك.
go-title = تفضّل بالمرور
go-cue-completed = اتبع السهم.
go-cue-referred = توجّه إلى الموظف عند الممر.
officer-title = توجّه إلى الموظف من فضلك
officer-cue = سيساعدك الموظف في ما تبقّى.
warning-title = هل ما زلت هنا؟
warning-cue = سيُمحى كل شيء حفاظاً على سلامتك.
out-of-service-title = هذا الكشك مغلق
out-of-service-cue = توجّه إلى الموظف من فضلك.
out-of-service-cue-update = يجري تحديث هذا الكشك. توجّه إلى الموظف من فضلك.
out-of-service-cue-maintenance = هذا الكشك قيد الصيانة. توجّه إلى الموظف من فضلك.
setup-title = هذا الكشك غير جاهز بعد
setup-cue-wait = أحضِر ذاكرة الإعداد أو رمز الإعداد.
setup-cue-enrol = يرجى الانتظار. يجري الإعداد.
setup-cue-link = لا يوجد اتصال. ستُعاد المحاولة تلقائيًا.
setup-cue-stick = خذ الذاكرة إلى المركز، ثم أعِد الجواب.
setup-cue-done = تمّ. يبدأ الكشك الآن.
setup-cue-failed = تعذّر الإعداد. جهّز ملفًا جديدًا.

## Document cues
document-cue-present = افتحها على صفحة الصورة وضعها على الزجاج.
document-cue-unreadable-try-again = ضعها مسطّحة وحاول مرة أخرى.
document-cue-wrong-check-digits = تعذّرت القراءة. حاول مرة أخرى من فضلك.
document-cue-expired = أبرز وثيقة أخرى أو توجّه إلى الموظف.
document-cue-hold-still = ثبّتها من فضلك.
document-cue-closer = قرّبها من فضلك.
document-cue-farther = أبعدها قليلاً.
document-cue-upside-down = أدِرها حتى يصير أعلاها إلى فوق.
document-cue-wrong-page = أظهر الجهة التي فيها سطور طويلة من الحروف والأرقام.
document-cue-turn-over = اقلبها.
document-cue-glare = أمِلها قليلاً بعيداً عن الضوء.
document-cue-well-done = أحسنت.

## Face cues
face-cue-look-here = انظر هنا.
face-cue-no-face = قف أمام الكاميرا.
face-cue-two-faces = شخص واحد فقط من فضلك.
face-cue-closer = اقترب.
face-cue-farther = تراجع قليلاً.
face-cue-centre = تحرّك إلى الوسط.
face-cue-more-light = التفت نحو الضوء.
face-cue-less-light = ابتعد عن الضوء الساطع.
face-cue-hold-still = اثبت مكانك.
face-cue-back-light = الضوء خلفك قوي جداً. تحرّك قليلاً.
face-cue-uneven-light = جانب من وجهك مظلم. التفت نحو الضوء.
face-cue-uncover-face = من فضلك اكشف أنفك وفمك.
face-cue-take-off-glasses = من فضلك انزع النظارة الداكنة.
face-cue-open-eyes = افتح عينيك.
face-cue-close-mouth = أغلق فمك.
face-cue-look-at-camera = انظر إلى الكاميرا.
face-cue-look-straight = انظر إلى الأمام مباشرة.
face-cue-turn-left = أدر رأسك ببطء إلى اليسار.
face-cue-turn-right = أدر رأسك ببطء إلى اليمين.
face-cue-look-up = ارفع ذقنك ببطء.
face-cue-blink = أغمض عينيك. عُدّ إلى اثنين. ثم افتحهما.
face-cue-open-mouth = افتح فمك واسعًا ثم أغلقه.
face-cue-colours = استمر في النظر هنا. الألوان تتغيّر.
face-cue-well-done = أحسنت.

## Finger cues
finger-cue-place = ضعه على الزجاج.
finger-cue-press = اضغط أكثر قليلاً.
finger-cue-lighter = اضغط برفق.
finger-cue-move-left = حرّكه إلى اليسار.
finger-cue-move-right = حرّكه إلى اليمين.
finger-cue-move-up = حرّكه إلى الأعلى.
finger-cue-move-down = حرّكه إلى الأسفل.
finger-cue-dry = انفخ على إصبعك ثم حاول مرة أخرى.
finger-cue-wet = جفّف إصبعك ثم حاول مرة أخرى.
finger-cue-latent = امسح الزجاج ثم ضع إصبعك.
finger-cue-one-finger = إصبع واحد فقط.
finger-cue-turn = أدره بحيث يتجه طرفه إلى الأعلى.
finger-cue-lift = ارفع إصبعك.
finger-cue-again = مرة أخرى من فضلك.
finger-cue-no-finger = ضعه على الزجاج.
finger-cue-well-done = أحسنت.

## Rows
row-name = الاسم الكامل
row-surname = اسم العائلة
row-given-names = الأسماء الشخصية
row-document-kind = الوثيقة
row-document-number = رقم الوثيقة
row-nationality = الجنسية
row-issuing-state = جهة الإصدار
row-date-of-birth = تاريخ الميلاد
row-sex = الجنس
row-expiry = صالحة حتى
row-purpose-of-visit = سبب السفر
row-intended-stay = مدة الإقامة
row-face = الوجه
row-finger = الإصبع

## Values of rows
state-xxa = بلا جنسية
state-xxb = لاجئ (اتفاقية 1951)
state-xxc = لاجئ
state-xxx = غير معروفة
sex-f = أنثى
sex-m = ذكر
sex-x = غير محدد

## Buttons
button-start = ابدأ
button-continue = متابعة
button-back = رجوع
button-save = حفظ
button-yes = نعم، هذا أنا
button-no = لا
button-not-me = هذا ليس أنا
button-cannot-do = لا أستطيع فعل هذا
button-skip-challenges = المتابعة من دون هذا
button-cannot-give-finger = لا أستطيع تقديم هذا الإصبع
button-finger-missing = ليس لدي هذا الإصبع
button-finger-bandaged = عليه ضماد أو هو مجروح
button-finger-other = سبب آخر
button-help = مساعدة من شخص
button-more-time = وقت إضافي
button-face-again = التقاط الصورة مرة أخرى
button-again = حاول مجدداً
button-end = إنهاء
button-pictures-only = صور فقط

## Answers
purpose-of-visit-tourism = سياحة
purpose-of-visit-business = أعمال
purpose-of-visit-study = دراسة
purpose-of-visit-work = عمل
purpose-of-visit-transit = عبور
purpose-of-visit-return-home = عودة إلى الوطن
purpose-of-visit-other = سبب آخر
intended-stay-up-to-3-days = حتى 3 أيام
intended-stay-up-to-30-days = حتى 30 يوماً
intended-stay-up-to-90-days = حتى 90 يوماً
intended-stay-longer = مدة أطول
intended-stay-not-applicable = لا ينطبق عليّ

## Called, direction, transport, notice in full, companions
direction-title = إلى أين تتجه؟
direction-entry = أدخل إلى البلد
direction-exit = أغادر البلد
transport-title = كيف جئت؟
transport-on-foot = سيرًا على الأقدام
transport-car = بالسيارة
transport-bus = بالحافلة
transport-truck = بالشاحنة
transport-motorbike = بالدراجة النارية
transport-bicycle = بالدراجة
transport-train = بالقطار
transport-ship = بالقارب أو السفينة
transport-aircraft = بالطائرة
transport-other = بطريقة أخرى
notice-more-title = بياناتك بالتفصيل
notice-more-point-who = تجمع سلطة الحدود ({ $authority }) بياناتك.
notice-more-point-what = تجمع ما في وثيقتك، وصورة وجهك، وبصمة إصبع إذا طلبها هذا المركز، وإجاباتك.
notice-more-point-why = الغرض هو تسجيل من يعبر الحدود كما يطلب القانون.
notice-more-point-how-long = { $days ->
    [zero] لا يُحتفظ بها.
    [one] يُحتفظ بها يومًا واحدًا ثم تُمحى.
    [two] يُحتفظ بها يومين ثم تُمحى.
    [few] يُحتفظ بها { $days } أيام ثم تُمحى.
    [many] يُحتفظ بها { $days } يومًا ثم تُمحى.
   *[other] يُحتفظ بها { $days } يوم ثم تُمحى.
  }
notice-more-point-rights = يمكنك الاطلاع على ما حُفظ وطلب تصحيحه وتقديم شكوى. أظهر رقمك المرجعي لموظف أو للسلطة.
notice-more-point-alternative = لست مضطرًا لاستخدام هذا الكشك. يمكن لموظف أن يقوم بكل ذلك معك.
called-title = شخص في الطريق إليك
called-title-helped = شخص معك الآن
called-cue = انتظر هنا من فضلك. يمكنك أيضًا المتابعة.
companions-title = هل يسافر أحد معك؟
next-person-title = الشخص التالي من فضلك
next-person-cue = يحتاج كل شخص إلى وثيقته الخاصة.
button-more = اقرأ المزيد
button-go-on = متابعة
button-to-officer = إلى الموظف
button-alone = لا، أنا وحدي
button-together = نعم، الشخص التالي قادم

## Typing the document
typing-title-offer = تعذّرت قراءة وثيقتك
typing-cue-offer = يمكنك كتابة ما فيها، أو طلب شخص.
typing-title-kind = ما وثيقتك؟
typing-cue-kind = المس الصورة التي تشبهها.
typing-title-issuing-state = أي بلد أصدر وثيقتك؟
typing-cue-issuing-state = اكتب الحروف الأولى، ثم المس البلد.
typing-title-number = رقم الوثيقة
typing-cue-number = انقله من وثيقتك رمزاً رمزاً.
typing-title-number-digit = الرقم الذي بعد رقم الوثيقة
typing-cue-number-digit = انظر إلى الأسطر الطويلة من الحروف والأرقام. يقع بعد رقم الوثيقة مباشرة.
typing-title-birth = تاريخ الميلاد
typing-cue-birth = اليوم والشهر والسنة: ثمانية أرقام.
typing-title-birth-digit = الرقم الذي بعد تاريخ الميلاد
typing-cue-birth-digit = في الأسطر الطويلة يقع بعد تاريخ الميلاد مباشرة.
typing-title-expiry = صالحة حتى
typing-cue-expiry = اليوم والشهر والسنة: ثمانية أرقام.
typing-title-expiry-digit = الرقم الذي بعد آخر يوم
typing-cue-expiry-digit = في الأسطر الطويلة يقع بعد آخر يوم للوثيقة مباشرة.
typing-title-sex = الجنس، كما في وثيقتك
typing-cue-sex = المس واحداً.
typing-title-nationality = جنسيتك
typing-cue-nationality = اكتب الحروف الأولى، ثم المس البلد.
typing-title-surname = اسم العائلة
typing-cue-surname = بالحروف اللاتينية كما في الأسطر الطويلة. إن كان لك اسم واحد فاكتبه هنا.
typing-title-given-names = الأسماء الشخصية
typing-cue-given-names = بالحروف اللاتينية كما في الأسطر الطويلة.
typing-hint-number = حروف وأرقام فقط، من فضلك.
typing-hint-number-long = هذا طويل جداً. عُدّ الرموز مرة أخرى.
typing-hint-date = لا يوجد يوم كهذا. اكتب اليوم والشهر والسنة: ثمانية أرقام.
typing-hint-digit = رقم واحد، من فضلك.
typing-hint-name = حروف لاتينية فقط، كما في الأسطر الطويلة.
typing-hint-check = الرقم لا يطابق. قارن الرموز المعلَّمة بوثيقتك، ثم الرقم.
typing-hint-states = المس بلدك، أو اكتب حروفاً أخرى.
question-hint-days = اكتب عدد الأيام، 3650 على الأكثر.
button-type-it = اكتبها
button-enter = متابعة
button-kind-passport = دفتر: جواز سفر
button-kind-card = بطاقة بثلاثة أسطر طويلة
button-kind-card-two-lines = بطاقة بسطرين طويلين
button-no-digit = لا أجده
button-no-date = لا يوجد هذا التاريخ
button-no-given-names = ليس لي اسم شخصي
button-go-on-anyway = هكذا هو في وثيقتي
answer-yes = نعم
answer-no = لا

## The reference
page-reference = مرجعك
saved-point-rights = بهذا المرجع يمكنك رؤية ما حُفظ وتصحيحه.
go-point-rights = صوّر المرجع: به يمكنك رؤية ما حُفظ وتصحيحه.
row-contact = الأسئلة والتصحيح
row-rights = على الإنترنت
