# The traveller's words in Swahili.
# review: none

## What stands on every screen
page-name = Kioski cha mpakani
page-moment = Tafadhali subiri kidogo
page-moment-cue = Kioski kinajiandaa. Nafasi yako imetunzwa.
page-progress = Hatua { $step } / { $steps }
page-tools = Mwonekano na sauti
page-live = Wewe, jinsi kamera inavyokuona
page-code = Namba yako
page-speech-on = Kusoma kwa sauti kumewashwa.
page-keys = Songa kwa vitufe vya mishale. Chagua kwa kitufe cha katikati.
page-button = Kitufe
page-hidden = Hii inaonyeshwa kwenye skrini pekee.
page-headphones-on = Taarifa zako sasa zinasomwa pia, kwenye vipokea sauti.
tool-contrast = Rangi zilizokolea
tool-bigger = Maandishi makubwa
tool-louder = Sauti kubwa zaidi
tool-speech = Soma kwa sauti
tool-repeat = Rudia kusema
tool-pause = Simamisha sauti
tool-headphones = Vipokea sauti
page-person = Mtu { $person }
page-called = Mtu anakuja
tool-seat = Kuketi
tool-still = Miondoko michache
key-erase = Futa
key-space = Nafasi
key-accents = Herufi zenye alama

## Screens
attract-title = Karibu
attract-cue = Andaa hati ya kusafiria. Ni kama dakika moja.
language-title = Chagua lugha yako
language-cue = Unaweza pia kuendelea kwa picha pekee.
notice-title = Taarifa zako, haki zako
notice-cue = Gusa “Endelea” ili kuanza.
notice-point-what = Tunasoma hati yako, tunatazama uso wako na kuchukua alama ya kidole kimoja.
notice-point-who = Maafisa wa mpaka pekee ndio wanaoziona.
notice-point-how-long = Zinafutwa sheria isiporuhusu tena kuzihifadhi.
notice-point-rights = Unaweza kuziona na kuomba zirekebishwe. Afisa anaweza kufanya yote haya pamoja nawe.
document-title = Onyesha hati yako ya kusafiria
reading-title = Hati yako inasomwa
reading-cue-chip = Iache hapo. { $percent } % imesomwa.
reading-cue-wait = Tafadhali iache hapo ilipo.
confirm-title = Je, huyu ni wewe?
confirm-cue = Hakikisha jina na tarehe.
face-title = Tazama kamera
finger-title = Weka kidole chako
finger-title-right-thumb = Kidole gumba cha kulia
finger-title-right-index = Kidole cha shahada cha kulia
finger-title-right-middle = Kidole cha kati cha kulia
finger-title-right-ring = Kidole cha pete cha kulia
finger-title-right-little = Kidole cha mwisho cha kulia
finger-title-left-thumb = Kidole gumba cha kushoto
finger-title-left-index = Kidole cha shahada cha kushoto
finger-title-left-middle = Kidole cha kati cha kushoto
finger-title-left-ring = Kidole cha pete cha kushoto
finger-title-left-little = Kidole cha mwisho cha kushoto
finger-why-title = Kwa nini si kidole hiki?
question-cue = Gusa jibu moja.
purpose-of-visit-title = Kwa nini unasafiri?
intended-stay-title = Utakaa kwa muda gani?
review-title = Je, kila kitu ni sahihi?
review-cue = Hakuna kinachohifadhiwa hadi uguse “Hifadhi”.
saving-title = Inahifadhi
saving-cue-wait = Inachukua muda mfupi.
saved-title = Imehifadhiwa salama
saved-cue = Tafadhali chukua hati yako.
go-title = Tafadhali endelea mbele
go-cue-completed = Fuata mshale.
go-cue-referred = Tafadhali nenda kwa afisa aliye kwenye njia.
officer-title = Tafadhali nenda kwa afisa
officer-cue = Afisa atakusaidia kuanzia hapa.
warning-title = Je, bado upo?
warning-cue = Kila kitu kitafutwa kwa usalama wako.
out-of-service-title = Kioski hiki kimefungwa
out-of-service-cue = Tafadhali nenda kwa afisa.
out-of-service-cue-update = Kinasasishwa sasa. Tafadhali nenda kwa afisa.
out-of-service-cue-maintenance = Kinafanyiwa matengenezo. Tafadhali nenda kwa afisa.
setup-title = Kioski hiki bado hakijawa tayari
setup-cue-wait = Leta kijiti cha USB au msimbo wa QR.
setup-cue-enrol = Tafadhali subiri. Kinaandaliwa.
setup-cue-link = Hakuna muunganisho. Kitajaribu tena chenyewe.
setup-cue-stick = Peleka kijiti kituoni, kisha urudishe jibu.
setup-cue-done = Imekamilika. Kinaanza sasa.
setup-cue-failed = Maandalizi yameshindikana. Tengeneza faili mpya.

## Document cues
document-cue-present = Fungua ukurasa wenye picha yako na uuweke juu ya kioo.
document-cue-unreadable-try-again = Ilaze vizuri na ujaribu tena.
document-cue-wrong-check-digits = Haikuweza kusomwa. Tafadhali jaribu tena.
document-cue-expired = Tafadhali onyesha hati nyingine, au nenda kwa afisa.
document-cue-hold-still = Usiitikise.
document-cue-closer = Isogeze karibu.
document-cue-farther = Irudishe nyuma kidogo.
document-cue-upside-down = Igeuze ili sehemu ya juu iwe juu.
document-cue-wrong-page = Onyesha upande wenye mistari mirefu ya herufi na namba.
document-cue-turn-over = Igeuze upande wa pili.
document-cue-glare = Iinamishe kidogo, mbali na mwanga.
document-cue-well-done = Vizuri sana.

## Face cues
face-cue-look-here = Tazama hapa.
face-cue-no-face = Simama mbele ya kamera.
face-cue-two-faces = Mtu mmoja tu, tafadhali.
face-cue-closer = Sogea karibu.
face-cue-farther = Rudi nyuma kidogo.
face-cue-centre = Sogea katikati.
face-cue-more-light = Geukia mwanga.
face-cue-less-light = Geuka kutoka kwenye mwanga mkali.
face-cue-hold-still = Tulia.
face-cue-back-light = Mwanga ulio nyuma yako ni mkali mno. Sogea kidogo.
face-cue-uneven-light = Upande mmoja wa uso wako una giza. Geukia mwanga.
face-cue-uncover-face = Tafadhali funua pua na mdomo wako.
face-cue-take-off-glasses = Tafadhali vua miwani yako ya giza.
face-cue-open-eyes = Fumbua macho yako.
face-cue-close-mouth = Funga mdomo wako.
face-cue-look-at-camera = Tazama ndani ya kamera.
face-cue-look-straight = Tazama mbele moja kwa moja.
face-cue-turn-left = Geuza kichwa polepole kushoto.
face-cue-turn-right = Geuza kichwa polepole kulia.
face-cue-look-up = Inua kidevu polepole.
face-cue-blink = Fumba macho. Hesabu hadi mbili. Yafumbue.
face-cue-open-mouth = Fungua mdomo wazi, kisha uufunge.
face-cue-colours = Endelea kutazama hapa. Rangi zinabadilika.
face-cue-well-done = Vizuri sana.

## Finger cues
finger-cue-place = Kiweke juu ya kioo.
finger-cue-press = Bonyeza zaidi kidogo.
finger-cue-lighter = Bonyeza kwa wepesi.
finger-cue-move-left = Kisogeze kushoto.
finger-cue-move-right = Kisogeze kulia.
finger-cue-move-up = Kisogeze juu.
finger-cue-move-down = Kisogeze chini.
finger-cue-dry = Pulizia pumzi kidole chako, kisha jaribu tena.
finger-cue-wet = Kausha kidole chako, kisha jaribu tena.
finger-cue-latent = Futa kioo, kisha weka kidole chako.
finger-cue-one-finger = Kidole kimoja tu.
finger-cue-turn = Kigeuze ili ncha ielekee juu.
finger-cue-lift = Inua kidole chako.
finger-cue-again = Mara moja tena, tafadhali.
finger-cue-no-finger = Kiweke juu ya kioo.
finger-cue-well-done = Vizuri sana.

## Rows
row-name = Jina
row-surname = Jina la ukoo
row-given-names = Majina ya kwanza
row-document-kind = Hati
row-document-number = Namba ya hati
row-nationality = Uraia
row-issuing-state = Imetolewa na
row-date-of-birth = Tarehe ya kuzaliwa
row-sex = Jinsia
row-expiry = Inatumika hadi
row-purpose-of-visit = Sababu ya safari
row-intended-stay = Muda wa kukaa
row-face = Uso
row-finger = Kidole

## Values of rows
state-xxa = Hana utaifa
state-xxb = Mkimbizi (Mkataba wa 1951)
state-xxc = Mkimbizi
state-xxx = Haijulikani
sex-f = Mwanamke
sex-m = Mwanaume
sex-x = Haikutajwa

## Buttons
button-start = Anza
button-continue = Endelea
button-back = Rudi
button-save = Hifadhi
button-yes = Ndiyo, ni mimi
button-no = Hapana
button-not-me = Huyu si mimi
button-cannot-do = Siwezi kufanya hivi
button-skip-challenges = Endelea bila hili
button-cannot-give-finger = Siwezi kutoa kidole hiki
button-finger-missing = Sina kidole hiki
button-finger-bandaged = Kimefungwa bendeji au kinauma
button-finger-other = Sababu nyingine
button-help = Mtu anisaidie
button-more-time = Muda zaidi
button-face-again = Piga picha tena
button-again = Jaribu tena
button-end = Maliza
button-pictures-only = Picha pekee

## Answers
purpose-of-visit-tourism = Utalii
purpose-of-visit-business = Biashara
purpose-of-visit-study = Masomo
purpose-of-visit-work = Kazi
purpose-of-visit-transit = Kupita tu
purpose-of-visit-return-home = Kurudi nyumbani
purpose-of-visit-other = Sababu nyingine
intended-stay-up-to-3-days = Hadi siku 3
intended-stay-up-to-30-days = Hadi siku 30
intended-stay-up-to-90-days = Hadi siku 90
intended-stay-longer = Zaidi ya hapo
intended-stay-not-applicable = Hainihusu

## Called, direction, transport, notice in full, companions
direction-title = Unaelekea wapi?
direction-entry = Ninaingia nchini
direction-exit = Ninatoka nchini
transport-title = Umekuja kwa njia gani?
transport-on-foot = Kwa miguu
transport-car = Kwa gari
transport-bus = Kwa basi
transport-truck = Kwa lori
transport-motorbike = Kwa pikipiki
transport-bicycle = Kwa baiskeli
transport-train = Kwa treni
transport-ship = Kwa boti au meli
transport-aircraft = Kwa ndege
transport-other = Kwa njia nyingine
notice-more-title = Taarifa zako kwa undani
notice-more-point-who = Mamlaka ya mpaka ({ $authority }) inakusanya taarifa zako.
notice-more-point-what = Inakusanya yaliyo kwenye hati yako, picha ya uso wako, alama ya kidole ikiwa kituo hiki kinaiomba, na majibu yako.
notice-more-point-why = Zinahitajika ili kuandika nani anavuka mpaka, kama sheria inavyotaka.
notice-more-point-how-long = { $days ->
    [one] Zinahifadhiwa kwa siku { $days }, kisha zinafutwa.
   *[other] Zinahifadhiwa kwa siku { $days }, kisha zinafutwa.
  }
notice-more-point-rights = Unaweza kuona kilichohifadhiwa, kuomba kirekebishwe, na kulalamika. Onyesha namba yako ya kumbukumbu kwa afisa au kwa mamlaka.
notice-more-point-alternative = Si lazima utumie kioski hiki. Afisa anaweza kufanya yote haya pamoja nawe.
called-title = Mtu anakuja
called-title-helped = Mtu yuko pamoja nawe
called-cue = Tafadhali subiri hapa. Unaweza pia kuendelea.
companions-title = Je, kuna mtu unayesafiri naye?
next-person-title = Mtu anayefuata, tafadhali
next-person-cue = Kila mtu anahitaji hati yake mwenyewe.
button-more = Soma zaidi
button-go-on = Endelea
button-to-officer = Nenda kwa afisa
button-alone = Hapana, niko peke yangu
button-together = Ndiyo, mtu anayefuata anakuja

## Typing the document
typing-title-offer = Hati yako haikuweza kusomwa
typing-cue-offer = Unaweza kuandika yaliyomo, au kuomba mtu.
typing-title-kind = Una hati gani?
typing-cue-kind = Gusa picha inayofanana nayo.
typing-title-issuing-state = Ni nchi gani iliyotoa hati yako?
typing-cue-issuing-state = Andika herufi za kwanza, kisha gusa nchi.
typing-title-number = Namba ya hati
typing-cue-number = Inakili alama kwa alama kutoka kwenye hati yako.
typing-title-number-digit = Tarakimu iliyo baada ya namba
typing-cue-number-digit = Tazama mistari mirefu ya herufi na namba. Tarakimu iko mara tu baada ya namba ya hati.
typing-title-birth = Tarehe ya kuzaliwa
typing-cue-birth = Siku, mwezi, mwaka: tarakimu nane.
typing-title-birth-digit = Tarakimu iliyo baada ya tarehe ya kuzaliwa
typing-cue-birth-digit = Kwenye mistari mirefu iko mara tu baada ya tarehe ya kuzaliwa.
typing-title-expiry = Inatumika hadi
typing-cue-expiry = Siku, mwezi, mwaka: tarakimu nane.
typing-title-expiry-digit = Tarakimu iliyo baada ya siku ya mwisho
typing-cue-expiry-digit = Kwenye mistari mirefu iko mara tu baada ya siku ya mwisho ya hati.
typing-title-sex = Jinsia, kama hati yako inavyosema
typing-cue-sex = Gusa moja.
typing-title-nationality = Uraia wako
typing-cue-nationality = Andika herufi za kwanza, kisha gusa nchi.
typing-title-surname = Jina la ukoo
typing-cue-surname = Kwa herufi za Kilatini, kama kwenye mistari mirefu. Ukiwa na jina moja tu, liandike hapa.
typing-title-given-names = Majina ya kwanza
typing-cue-given-names = Kwa herufi za Kilatini, kama kwenye mistari mirefu.
typing-hint-number = Herufi na tarakimu pekee, tafadhali.
typing-hint-number-long = Ni ndefu mno. Hesabu alama tena.
typing-hint-date = Hakuna siku kama hiyo. Andika siku, mwezi na mwaka: tarakimu nane.
typing-hint-digit = Tarakimu moja, tafadhali.
typing-hint-name = Herufi za Kilatini pekee, kama kwenye mistari mirefu.
typing-hint-check = Tarakimu hailingani. Linganisha alama zilizoonyeshwa: O na 0, I na 1, B na 8, S na 5.
typing-hint-states = Gusa nchi yako, au andika herufi nyingine.
question-hint-days = Andika idadi ya siku, isizidi 3650.
button-type-it = Andika
button-enter = Endelea
button-kind-passport = Kitabu: pasipoti
button-kind-card = Kadi yenye mistari mirefu mitatu
button-kind-card-two-lines = Kadi yenye mistari mirefu miwili
button-no-digit = Siioni
button-no-date = Hakuna tarehe hiyo
button-no-given-names = Sina jina la kwanza
button-go-on-anyway = Ndivyo ilivyo kwenye hati yangu
answer-yes = Ndiyo
answer-no = Hapana

## The reference
page-reference = Namba yako ya kumbukumbu
saved-point-rights = Kwa namba hii unaweza kuona na kurekebisha kilichohifadhiwa.
go-point-rights = Piga picha ya namba ya kumbukumbu: kwayo unaweza kuona na kurekebisha kilichohifadhiwa.
row-contact = Maswali na marekebisho
row-rights = Kwenye mtandao
