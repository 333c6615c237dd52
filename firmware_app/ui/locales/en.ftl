# The traveller's words in English.
# review: none

## What stands on every screen
page-name = Border kiosk
page-moment = One moment, please
page-moment-cue = The kiosk is getting ready. Your place is kept.
page-progress = Step { $step } of { $steps }
page-tools = Display and sound
page-live = You, as the camera sees you
page-code = Your code
page-speech-on = Reading aloud is on.
page-keys = Move with the arrow keys. Choose with the key in the middle.
page-button = Button
page-hidden = This is shown on the screen only.
page-headphones-on = Your details are now spoken too, in the headphones.
tool-contrast = Stronger contrast
tool-bigger = Bigger text
tool-louder = Louder
tool-speech = Read aloud
tool-repeat = Say it again
tool-pause = Pause the voice
tool-headphones = Headphones
page-person = Person { $person }
page-called = A person is coming
tool-seat = Sit down
tool-still = Less movement
key-erase = Delete
key-space = Space
key-accents = Letters with accents

## Screens
attract-title = Welcome
attract-cue = Have your travel document ready. It takes about a minute.
language-title = Choose your language
language-cue = You can also go on with the pictures alone.
notice-title = Your data, your rights
notice-cue = Touch “Continue” to start.
notice-point-what = We read your document, look at your face and scan a finger.
notice-point-who = Only border officers see this.
notice-point-how-long = It is erased when the law no longer allows us to keep it.
notice-point-rights = You may see it and have it corrected. An officer can do all of this with you.
document-title = Show your travel document
reading-title = Reading your document
reading-cue-chip = Leave it there. { $percent } % is read.
reading-cue-wait = Please leave it where it is.
confirm-title = Is this you?
confirm-cue = Check the name and the dates.
face-title = Look at the camera
finger-title = Place your finger
finger-title-right-thumb = Right thumb
finger-title-right-index = Right index finger
finger-title-right-middle = Right middle finger
finger-title-right-ring = Right ring finger
finger-title-right-little = Right little finger
finger-title-left-thumb = Left thumb
finger-title-left-index = Left index finger
finger-title-left-middle = Left middle finger
finger-title-left-ring = Left ring finger
finger-title-left-little = Left little finger
finger-why-title = Why not this finger?
question-cue = Touch one answer.
purpose-of-visit-title = Why are you travelling?
intended-stay-title = How long will you stay?
review-title = Is everything right?
review-cue = Nothing is saved until you touch “Save”.
saving-title = Saving
saving-cue-wait = This takes a moment.
saved-title = Saved safely
saved-cue = Please take your document with you.
go-title = Please walk on
go-cue-completed = Follow the arrow.
go-cue-referred = Please show yourself to the officer at the lane.
officer-title = Please go to the officer
officer-cue = The officer will help you from here.
warning-title = Are you still there?
warning-cue = Everything will be cleared for your safety.
out-of-service-title = This kiosk is closed
out-of-service-cue = Please go to the officer.
out-of-service-cue-update = An update is being put in. Please go to the officer.
out-of-service-cue-maintenance = Maintenance is going on. Please go to the officer.
setup-title = This kiosk is not ready yet
setup-cue-wait = Bring a USB stick or a QR code.
setup-cue-enrol = Please wait. It is being set up.
setup-cue-link = No connection. It tries again by itself.
setup-cue-stick = Carry the stick to the centre, and bring the answer back.
setup-cue-done = Done. It starts now.
setup-cue-failed = It could not be set up. Make a new file.

## Document cues
document-cue-present = Open it at the page with your photo and lay it on the glass.
document-cue-unreadable-try-again = Lay it flat and try once more.
document-cue-wrong-check-digits = That could not be read. Please try once more.
document-cue-expired = Please show another document, or go to the officer.
document-cue-hold-still = Hold it still.
document-cue-closer = Bring it closer.
document-cue-farther = Move it back a little.
document-cue-upside-down = Turn it the right way up.
document-cue-wrong-page = Show the side with the long lines of letters and numbers.
document-cue-turn-over = Turn it over.
document-cue-glare = Tilt it a little, away from the light.
document-cue-well-done = Well done.

## Face cues
face-cue-look-here = Look here.
face-cue-no-face = Stand in front of the camera.
face-cue-two-faces = One person at a time, please.
face-cue-closer = Come closer.
face-cue-farther = Step back a little.
face-cue-centre = Move to the middle.
face-cue-more-light = Turn towards the light.
face-cue-less-light = Turn away from the bright light.
face-cue-hold-still = Hold still.
face-cue-back-light = The light behind you is too bright. Move a little.
face-cue-uneven-light = One side of your face is dark. Turn towards the light.
face-cue-uncover-face = Please uncover your nose and mouth.
face-cue-take-off-glasses = Please take off your dark glasses.
face-cue-open-eyes = Open your eyes.
face-cue-close-mouth = Close your mouth.
face-cue-look-at-camera = Look into the camera.
face-cue-look-straight = Look straight ahead.
face-cue-turn-left = Turn your head slowly to the left.
face-cue-turn-right = Turn your head slowly to the right.
face-cue-look-up = Raise your chin slowly.
face-cue-blink = Close your eyes. Count to two. Open them.
face-cue-open-mouth = Open your mouth wide, then close it.
face-cue-colours = Keep looking here. The colours change.
face-cue-well-done = Well done.

## Finger cues
finger-cue-place = Lay it on the glass.
finger-cue-press = Press a little more.
finger-cue-lighter = Press more lightly.
finger-cue-move-left = Move it to the left.
finger-cue-move-right = Move it to the right.
finger-cue-move-up = Move it up.
finger-cue-move-down = Move it down.
finger-cue-dry = Breathe on your finger, then try again.
finger-cue-wet = Dry your finger, then try again.
finger-cue-latent = Wipe the glass, then lay your finger on it.
finger-cue-one-finger = One finger only.
finger-cue-turn = Turn it so that the tip points up.
finger-cue-lift = Lift your finger.
finger-cue-again = Once more, please.
finger-cue-no-finger = Lay it on the glass.
finger-cue-well-done = Well done.

## Rows
row-name = Name
row-surname = Surname
row-given-names = Given names
row-document-kind = Document
row-document-number = Document number
row-nationality = Nationality
row-issuing-state = Issued by
row-date-of-birth = Date of birth
row-sex = Sex
row-expiry = Valid until
row-purpose-of-visit = Reason for travel
row-intended-stay = Length of stay
row-face = Face
row-finger = Finger

## Values of rows
state-xxa = No state (stateless)
state-xxb = Refugee (1951 Convention)
state-xxc = Refugee
state-xxx = Not known
sex-f = Female
sex-m = Male
sex-x = Not stated

## Buttons
button-start = Start
button-continue = Continue
button-back = Back
button-save = Save
button-yes = Yes, this is me
button-no = No
button-not-me = This is not me
button-cannot-do = I cannot do this
button-skip-challenges = Go on without this
button-cannot-give-finger = I cannot give this finger
button-finger-missing = I do not have it
button-finger-bandaged = It is bandaged or hurt
button-finger-other = Another reason
button-help = A person
button-more-time = More time
button-face-again = Take the photo again
button-again = Try again
button-end = End
button-pictures-only = Pictures only

## Answers
purpose-of-visit-tourism = Tourism
purpose-of-visit-business = Business
purpose-of-visit-study = Study
purpose-of-visit-work = Work
purpose-of-visit-transit = Travelling through
purpose-of-visit-return-home = Going home
purpose-of-visit-other = Something else
intended-stay-up-to-3-days = Up to 3 days
intended-stay-up-to-30-days = Up to 30 days
intended-stay-up-to-90-days = Up to 90 days
intended-stay-longer = Longer
intended-stay-not-applicable = Does not apply to me

## Called, direction, transport, notice in full, companions
direction-title = Which way are you going?
direction-entry = I am coming in
direction-exit = I am leaving
transport-title = How did you come?
transport-on-foot = On foot
transport-car = By car
transport-bus = By bus
transport-truck = By lorry
transport-motorbike = By motorbike
transport-bicycle = By bicycle
transport-train = By train
transport-ship = By boat or ship
transport-aircraft = By aeroplane
transport-other = Another way
notice-more-title = Your data in full
notice-more-point-who = The border authority ({ $authority }) collects your data.
notice-more-point-what = It collects what stands in your document, a picture of your face, a fingerprint where this post asks for one, and your answers.
notice-more-point-why = It is needed to record who crosses the border, as the law asks.
notice-more-point-how-long = { $days ->
    [one] It is kept for { $days } day, then erased.
   *[other] It is kept for { $days } days, then erased.
  }
notice-more-point-rights = You may see what is stored, have it corrected, and complain. Show your reference to an officer or to the authority.
notice-more-point-alternative = You need not use this kiosk. An officer can do all of it with you.
called-title = A person is coming
called-title-helped = A person is with you
called-cue = Please wait here. You may also go on.
companions-title = Is somebody travelling with you?
next-person-title = The next person, please
next-person-cue = Everybody needs their own document.
button-more = Read more
button-go-on = Go on
button-to-officer = Go to the officer
button-alone = No, I am alone
button-together = Yes, the next person comes

## Typing the document
typing-title-offer = Your document could not be read
typing-cue-offer = You can type what it says, or ask a person.
typing-title-kind = Which document do you have?
typing-cue-kind = Touch the picture that looks like it.
typing-title-issuing-state = Which country made your document?
typing-cue-issuing-state = Type the first letters, then touch the country.
typing-title-number = Document number
typing-cue-number = Copy it from your document, one letter or digit at a time.
typing-title-number-digit = The digit after the number
typing-cue-number-digit = Look at the long lines of letters and numbers. The digit is right after the document number.
typing-title-birth = Date of birth
typing-cue-birth = Day, month, year: eight digits.
typing-title-birth-digit = The digit after the date of birth
typing-cue-birth-digit = In the long lines it is right after the date of birth.
typing-title-expiry = Valid until
typing-cue-expiry = Day, month, year: eight digits.
typing-title-expiry-digit = The digit after the last day
typing-cue-expiry-digit = In the long lines it is right after the last day of the document.
typing-title-sex = Sex, as your document says
typing-cue-sex = Touch one.
typing-title-nationality = Your nationality
typing-cue-nationality = Type the first letters, then touch the country.
typing-title-surname = Surname
typing-cue-surname = In Latin letters, as in the long lines. If you have one name only, type it here.
typing-title-given-names = Given names
typing-cue-given-names = In Latin letters, as in the long lines.
typing-hint-number = Only letters and digits, please.
typing-hint-number-long = That is too long. Count the letters and digits once more.
typing-hint-date = There is no such day. Type day, month and year: eight digits.
typing-hint-digit = One digit, please.
typing-hint-name = Only Latin letters, please, as in the long lines.
typing-hint-check = The digit does not fit. Compare what is marked: O and 0, I and 1, B and 8, S and 5.
typing-hint-states = Touch your country, or type other letters.
question-hint-days = Type a number of days, at most 3650.
button-type-it = Type it
button-enter = Continue
button-kind-passport = A booklet: passport
button-kind-card = A card with three long lines
button-kind-card-two-lines = A card with two long lines
button-no-digit = I cannot find it
button-no-date = My document has no such date
button-no-given-names = I have no given names
button-go-on-anyway = My document says exactly this
answer-yes = Yes
answer-no = No

## The reference
page-reference = Your reference
saved-point-rights = With this reference you may see and correct what is stored.
go-point-rights = Take a picture of the reference: with it you may see and correct what is stored.
row-contact = Questions and corrections
row-rights = On the web
