# The traveller's words in Turkish.
# review: none

## What stands on every screen
page-name = Sınır kiosku
page-moment = Bir dakika lütfen
page-moment-cue = Kiosk hazırlanıyor. Yeriniz korunuyor.
page-progress = Adım { $step } / { $steps }
page-tools = Görüntü ve ses
page-live = Siz, kameranın gördüğü gibi
page-code = Kodunuz
page-speech-on = Sesli okuma açık.
page-keys = Ok tuşlarıyla gezinin. Ortadaki tuşla seçin.
page-button = Düğme
page-hidden = Bu yalnızca ekranda gösterilir.
page-headphones-on = Bilgileriniz artık kulaklıkta da okunuyor.
tool-contrast = Daha güçlü karşıtlık
tool-bigger = Daha büyük yazı
tool-louder = Daha yüksek ses
tool-speech = Sesli oku
tool-repeat = Yinele
tool-pause = Sesi duraklat
tool-headphones = Kulaklık
page-person = Kişi { $person }
page-called = Bir görevli geliyor
tool-seat = Oturarak
tool-still = Daha az hareket
key-erase = Sil
key-space = Boşluk
key-accents = Aksanlı harfler

## Screens
attract-title = Hoş geldiniz
attract-cue = Seyahat belgenizi hazırlayın. Yaklaşık bir dakika sürer.
language-title = Dilinizi seçin
language-cue = Yalnızca resimlerle de devam edebilirsiniz.
notice-title = Verileriniz, haklarınız
notice-cue = Başlamak için “Devam” düğmesine dokunun.
notice-point-what = Belgenizi okur, yüzünüze bakar ve bir parmak izi alırız.
notice-point-who = Bunları yalnızca sınır görevlileri görür.
notice-point-how-long = Yasa saklamaya artık izin vermediğinde silinir.
notice-point-rights = Verilerinizi görebilir ve düzelttirebilirsiniz. Bir görevli bunların hepsini sizinle yapabilir.
document-title = Seyahat belgenizi gösterin
reading-title = Belgeniz okunuyor
reading-cue-chip = Orada bırakın. % { $percent } okundu.
reading-cue-wait = Lütfen olduğu yerde bırakın.
confirm-title = Bu siz misiniz?
confirm-cue = Adı ve tarihleri kontrol edin.
face-title = Kameraya bakın
finger-title = Parmağınızı koyun
finger-title-right-thumb = Sağ başparmak
finger-title-right-index = Sağ işaret parmağı
finger-title-right-middle = Sağ orta parmak
finger-title-right-ring = Sağ yüzük parmağı
finger-title-right-little = Sağ serçe parmak
finger-title-left-thumb = Sol başparmak
finger-title-left-index = Sol işaret parmağı
finger-title-left-middle = Sol orta parmak
finger-title-left-ring = Sol yüzük parmağı
finger-title-left-little = Sol serçe parmak
finger-why-title = Neden bu parmak olmuyor?
question-cue = Bir cevaba dokunun.
purpose-of-visit-title = Neden seyahat ediyorsunuz?
intended-stay-title = Ne kadar kalacaksınız?
review-title = Her şey doğru mu?
review-cue = “Kaydet” düğmesine dokunmadan hiçbir şey kaydedilmez.
saving-title = Kaydediliyor
saving-cue-wait = Bu biraz sürer.
saved-title = Güvenle kaydedildi
saved-cue = Lütfen belgenizi alın.
go-title = Lütfen ilerleyin
go-cue-completed = Oku izleyin.
go-cue-referred = Lütfen geçitteki görevliye gidin.
officer-title = Lütfen görevliye gidin
officer-cue = Bundan sonra görevli size yardım edecek.
warning-title = Hâlâ orada mısınız?
warning-cue = Güvenliğiniz için her şey silinecek.
out-of-service-title = Bu kiosk kapalı
out-of-service-cue = Lütfen görevliye gidin.
out-of-service-cue-update = Güncelleme yapılıyor. Lütfen görevliye gidin.
out-of-service-cue-maintenance = Bakım yapılıyor. Lütfen görevliye gidin.
setup-title = Bu kiosk henüz hazır değil
setup-cue-wait = Bir USB bellek veya QR kodu getirin.
setup-cue-enrol = Lütfen bekleyin. Kurulum sürüyor.
setup-cue-link = Bağlantı yok. Kendiliğinden yeniden dener.
setup-cue-stick = Belleği merkeze götürün, yanıtı geri getirin.
setup-cue-done = Tamam. Şimdi başlıyor.
setup-cue-failed = Kurulamadı. Yeni bir dosya hazırlayın.

## Document cues
document-cue-present = Fotoğraflı sayfasını açın ve camın üzerine koyun.
document-cue-unreadable-try-again = Düz koyun ve bir daha deneyin.
document-cue-wrong-check-digits = Okunamadı. Lütfen bir daha deneyin.
document-cue-expired = Lütfen başka bir belge gösterin ya da görevliye gidin.
document-cue-hold-still = Kıpırdatmayın.
document-cue-closer = Yaklaştırın.
document-cue-farther = Biraz uzaklaştırın.
document-cue-upside-down = Üstü yukarı gelecek şekilde çevirin.
document-cue-wrong-page = Uzun harf ve rakam satırları olan yüzü gösterin.
document-cue-turn-over = Arkasını çevirin.
document-cue-glare = Işıktan biraz öteye eğin.
document-cue-well-done = Çok iyi.

## Face cues
face-cue-look-here = Buraya bakın.
face-cue-no-face = Kameranın önünde durun.
face-cue-two-faces = Lütfen yalnızca bir kişi.
face-cue-closer = Yaklaşın.
face-cue-farther = Biraz geri gidin.
face-cue-centre = Ortaya gelin.
face-cue-more-light = Işığa dönün.
face-cue-less-light = Parlak ışıktan öteye dönün.
face-cue-hold-still = Kıpırdamayın.
face-cue-back-light = Arkanızdaki ışık çok parlak. Biraz yer değiştirin.
face-cue-uneven-light = Yüzünüzün bir yanı karanlık. Işığa dönün.
face-cue-uncover-face = Lütfen burnunuzu ve ağzınızı açın.
face-cue-take-off-glasses = Lütfen koyu renk gözlüğünüzü çıkarın.
face-cue-open-eyes = Gözlerinizi açın.
face-cue-close-mouth = Ağzınızı kapatın.
face-cue-look-at-camera = Kameranın içine bakın.
face-cue-look-straight = Tam karşıya bakın.
face-cue-turn-left = Başınızı yavaşça sola çevirin.
face-cue-turn-right = Başınızı yavaşça sağa çevirin.
face-cue-look-up = Çenenizi yavaşça kaldırın.
face-cue-blink = Gözlerinizi kapatın. İkiye kadar sayın. Açın.
face-cue-open-mouth = Ağzınızı iyice açın, sonra kapatın.
face-cue-colours = Buraya bakmayı sürdürün. Renkler değişiyor.
face-cue-well-done = Çok iyi.

## Finger cues
finger-cue-place = Camın üzerine koyun.
finger-cue-press = Biraz daha bastırın.
finger-cue-lighter = Daha hafif bastırın.
finger-cue-move-left = Sola kaydırın.
finger-cue-move-right = Sağa kaydırın.
finger-cue-move-up = Yukarı kaydırın.
finger-cue-move-down = Aşağı kaydırın.
finger-cue-dry = Parmağınıza hohlayın, sonra bir daha deneyin.
finger-cue-wet = Parmağınızı kurulayın, sonra bir daha deneyin.
finger-cue-latent = Camı silin, sonra parmağınızı koyun.
finger-cue-one-finger = Yalnızca bir parmak.
finger-cue-turn = Ucu yukarıya bakacak şekilde çevirin.
finger-cue-lift = Parmağınızı kaldırın.
finger-cue-again = Lütfen bir kez daha.
finger-cue-no-finger = Camın üzerine koyun.
finger-cue-well-done = Çok iyi.

## Rows
row-name = Ad soyad
row-surname = Soyadı
row-given-names = Adı
row-document-kind = Belge
row-document-number = Belge numarası
row-nationality = Uyruk
row-issuing-state = Veren ülke
row-date-of-birth = Doğum tarihi
row-sex = Cinsiyet
row-expiry = Son geçerlilik
row-purpose-of-visit = Seyahat nedeni
row-intended-stay = Kalış süresi
row-face = Yüz
row-finger = Parmak

## Values of rows
state-xxa = Vatansız
state-xxb = Mülteci (1951 Sözleşmesi)
state-xxc = Mülteci
state-xxx = Bilinmiyor
sex-f = Kadın
sex-m = Erkek
sex-x = Belirtilmemiş

## Buttons
button-start = Başla
button-continue = Devam
button-back = Geri
button-save = Kaydet
button-yes = Evet, bu benim
button-no = Hayır
button-not-me = Bu ben değilim
button-cannot-do = Bunu yapamıyorum
button-skip-challenges = Bunsuz devam et
button-cannot-give-finger = Bu parmağı veremiyorum
button-finger-missing = Bu parmağım yok
button-finger-bandaged = Sargılı ya da yaralı
button-finger-other = Başka bir neden
button-help = Bir görevli çağır
button-more-time = Daha çok zaman
button-face-again = Fotoğrafı yeniden çek
button-again = Tekrar dene
button-end = Bitir
button-pictures-only = Yalnızca resimler

## Answers
purpose-of-visit-tourism = Turizm
purpose-of-visit-business = İş görüşmesi
purpose-of-visit-study = Öğrenim
purpose-of-visit-work = Çalışma
purpose-of-visit-transit = Geçiş
purpose-of-visit-return-home = Eve dönüş
purpose-of-visit-other = Başka bir neden
intended-stay-up-to-3-days = En çok 3 gün
intended-stay-up-to-30-days = En çok 30 gün
intended-stay-up-to-90-days = En çok 90 gün
intended-stay-longer = Daha uzun
intended-stay-not-applicable = Benim için geçerli değil

## Called, direction, transport, notice in full, companions
direction-title = Ne yöne gidiyorsunuz?
direction-entry = Ülkeye giriyorum
direction-exit = Ülkeden çıkıyorum
transport-title = Nasıl geldiniz?
transport-on-foot = Yürüyerek
transport-car = Arabayla
transport-bus = Otobüsle
transport-truck = Kamyonla
transport-motorbike = Motosikletle
transport-bicycle = Bisikletle
transport-train = Trenle
transport-ship = Tekneyle veya gemiyle
transport-aircraft = Uçakla
transport-other = Başka bir yolla
notice-more-title = Verileriniz, ayrıntılı
notice-more-point-who = Sınır makamı ({ $authority }) verilerinizi toplar.
notice-more-point-what = Belgenizde yazanları, yüzünüzün resmini, bu kapı isterse parmak izinizi ve cevaplarınızı toplar.
notice-more-point-why = Yasanın istediği gibi, sınırı kimin geçtiğini kaydetmek için gereklidir.
notice-more-point-how-long = { $days ->
    [one] { $days } gün saklanır, sonra silinir.
   *[other] { $days } gün saklanır, sonra silinir.
  }
notice-more-point-rights = Saklananı görebilir, düzelttirebilir ve şikâyet edebilirsiniz. Başvuru numaranızı bir görevliye veya makama gösterin.
notice-more-point-alternative = Bu kiosku kullanmak zorunda değilsiniz. Bir görevli bunların hepsini sizinle yapabilir.
called-title = Bir görevli geliyor
called-title-helped = Bir görevli yanınızda
called-cue = Lütfen burada bekleyin. Devam da edebilirsiniz.
companions-title = Sizinle yolculuk eden var mı?
next-person-title = Sıradaki kişi, lütfen
next-person-cue = Herkesin kendi belgesi olmalıdır.
button-more = Devamını oku
button-go-on = Devam et
button-to-officer = Görevliye git
button-alone = Hayır, yalnızım
button-together = Evet, sıradaki kişi geliyor

## Typing the document
typing-title-offer = Belgeniz okunamadı
typing-cue-offer = İçinde yazanı siz yazabilir ya da bir görevli isteyebilirsiniz.
typing-title-kind = Hangi belgeniz var?
typing-cue-kind = Ona benzeyen resme dokunun.
typing-title-issuing-state = Belgenizi hangi ülke verdi?
typing-cue-issuing-state = İlk harfleri yazın, sonra ülkeye dokunun.
typing-title-number = Belge numarası
typing-cue-number = Belgenizden işaret işaret aktarın.
typing-title-number-digit = Numaradan sonraki rakam
typing-cue-number-digit = Uzun harf ve rakam satırlarına bakın. Rakam, belge numarasının hemen ardındadır.
typing-title-birth = Doğum tarihi
typing-cue-birth = Gün, ay, yıl: sekiz rakam.
typing-title-birth-digit = Doğum tarihinden sonraki rakam
typing-cue-birth-digit = Uzun satırlarda doğum tarihinin hemen ardındadır.
typing-title-expiry = Son geçerlilik
typing-cue-expiry = Gün, ay, yıl: sekiz rakam.
typing-title-expiry-digit = Son günden sonraki rakam
typing-cue-expiry-digit = Uzun satırlarda belgenin son gününün hemen ardındadır.
typing-title-sex = Belgenizde yazan cinsiyet
typing-cue-sex = Birine dokunun.
typing-title-nationality = Uyruğunuz
typing-cue-nationality = İlk harfleri yazın, sonra ülkeye dokunun.
typing-title-surname = Soyadı
typing-cue-surname = Uzun satırlardaki gibi Latin harfleriyle. Tek adınız varsa buraya yazın.
typing-title-given-names = Adı
typing-cue-given-names = Uzun satırlardaki gibi Latin harfleriyle.
typing-hint-number = Lütfen yalnızca harf ve rakam.
typing-hint-number-long = Bu çok uzun. İşaretleri bir daha sayın.
typing-hint-date = Böyle bir gün yok. Gün, ay ve yıl yazın: sekiz rakam.
typing-hint-digit = Lütfen tek bir rakam.
typing-hint-name = Lütfen yalnızca Latin harfleri, uzun satırlardaki gibi.
typing-hint-check = Rakam uymuyor. İşaretli olanları karşılaştırın: O ile 0, I ile 1, B ile 8, S ile 5.
typing-hint-states = Ülkenize dokunun ya da başka harfler yazın.
question-hint-days = Gün sayısını yazın, en çok 3650.
button-type-it = Yaz
button-enter = Devam
button-kind-passport = Defter: pasaport
button-kind-card = Üç uzun satırlı kart
button-kind-card-two-lines = İki uzun satırlı kart
button-no-digit = Bulamıyorum
button-no-date = Böyle bir tarih yok
button-no-given-names = Adım yok
button-go-on-anyway = Belgemde böyle yazıyor
answer-yes = Evet
answer-no = Hayır

## The reference
page-reference = Başvuru numaranız
saved-point-rights = Bu numarayla saklananı görebilir ve düzelttirebilirsiniz.
go-point-rights = Numaranın resmini çekin: onunla saklananı görebilir ve düzelttirebilirsiniz.
row-contact = Sorular ve düzeltmeler
row-rights = İnternette
