# Les mots du voyageur en français.
# review: none

## What stands on every screen
page-name = Borne frontière
page-moment = Un instant, s’il vous plaît
page-moment-cue = La borne se prépare. Votre place est gardée.
page-progress = Étape { $step } sur { $steps }
page-tools = Affichage et son
page-live = Vous, tel que la caméra vous voit
page-code = Votre code
page-speech-on = La lecture à voix haute est activée.
page-keys = Déplacez-vous avec les flèches. Choisissez avec la touche du milieu.
page-button = Bouton
page-hidden = Ceci est affiché à l’écran seulement.
page-headphones-on = Vos données sont maintenant lues aussi, dans le casque.
tool-contrast = Plus de contraste
tool-bigger = Texte plus grand
tool-louder = Plus fort
tool-speech = Lire à voix haute
tool-repeat = Répéter
tool-pause = Faire une pause
tool-headphones = Casque
page-person = Personne { $person }
page-called = Une personne arrive
tool-seat = Assis
tool-still = Moins de mouvement
key-erase = Effacer
key-space = Espace
key-accents = Lettres accentuées

## Screens
attract-title = Bienvenue
attract-cue = Préparez votre document de voyage. Cela prend environ une minute.
language-title = Choisissez votre langue
language-cue = Vous pouvez aussi suivre les images seules.
notice-title = Vos données, vos droits
notice-cue = Touchez « Continuer » pour commencer.
notice-point-what = Nous lisons votre document, regardons votre visage et relevons un doigt.
notice-point-who = Seuls les agents des frontières le voient.
notice-point-how-long = Tout est effacé dès que la loi ne permet plus de le garder.
notice-point-rights = Vous pouvez consulter vos données et les faire corriger. Un agent peut tout faire avec vous.
document-title = Présentez votre document de voyage
reading-title = Lecture de votre document
reading-cue-chip = Laissez-le en place. { $percent } % lus.
reading-cue-wait = Laissez-le en place.
confirm-title = Est-ce bien vous ?
confirm-cue = Vérifiez le nom et les dates.
face-title = Regardez la caméra
finger-title = Posez votre doigt
finger-title-right-thumb = Pouce droit
finger-title-right-index = Index droit
finger-title-right-middle = Majeur droit
finger-title-right-ring = Annulaire droit
finger-title-right-little = Auriculaire droit
finger-title-left-thumb = Pouce gauche
finger-title-left-index = Index gauche
finger-title-left-middle = Majeur gauche
finger-title-left-ring = Annulaire gauche
finger-title-left-little = Auriculaire gauche
finger-why-title = Pourquoi pas ce doigt ?
question-cue = Touchez une réponse.
purpose-of-visit-title = Pourquoi voyagez-vous ?
intended-stay-title = Combien de temps restez-vous ?
review-title = Tout est-il exact ?
review-cue = Rien n’est enregistré avant que vous touchiez « Enregistrer ».
saving-title = Enregistrement
saving-cue-wait = Cela prend un instant.
saved-title = Bien enregistré
saved-cue = N’oubliez pas votre document.
go-title = Avancez, s’il vous plaît
go-cue-completed = Suivez la flèche.
go-cue-referred = Présentez-vous à l’agent près du passage.
officer-title = Veuillez vous adresser à l’agent
officer-cue = L’agent vous aidera pour la suite.
warning-title = Êtes-vous toujours là ?
warning-cue = Tout sera effacé pour votre sécurité.
out-of-service-title = Cette borne est fermée
out-of-service-cue = Veuillez vous adresser à l’agent.
out-of-service-cue-update = Une mise à jour est en cours. Veuillez vous adresser à l’agent.
out-of-service-cue-maintenance = Une maintenance est en cours. Veuillez vous adresser à l’agent.
setup-title = Cette borne n’est pas encore prête
setup-cue-wait = Apportez une clé USB ou un code QR.
setup-cue-enrol = Veuillez patienter. Installation en cours.
setup-cue-link = Pas de connexion. Nouvel essai automatique.
setup-cue-stick = Portez la clé au centre, puis rapportez la réponse.
setup-cue-done = Terminé. La borne démarre.
setup-cue-failed = L’installation a échoué. Préparez un nouveau fichier.

## Document cues
document-cue-present = Ouvrez-le à la page de la photo et posez-le sur la vitre.
document-cue-unreadable-try-again = Posez-le bien à plat et réessayez.
document-cue-wrong-check-digits = La lecture a échoué. Réessayez, s’il vous plaît.
document-cue-expired = Présentez un autre document ou adressez-vous à l’agent.
document-cue-hold-still = Ne le bougez plus.
document-cue-closer = Rapprochez-le.
document-cue-farther = Éloignez-le un peu.
document-cue-upside-down = Remettez-le à l’endroit.
document-cue-wrong-page = Montrez le côté avec les longues lignes de lettres et de chiffres.
document-cue-turn-over = Retournez-le.
document-cue-glare = Inclinez-le un peu pour éviter le reflet.
document-cue-well-done = Très bien.

## Face cues
face-cue-look-here = Regardez ici.
face-cue-no-face = Placez-vous devant la caméra.
face-cue-two-faces = Une seule personne à la fois.
face-cue-closer = Approchez-vous.
face-cue-farther = Reculez un peu.
face-cue-centre = Placez-vous au milieu.
face-cue-more-light = Tournez-vous vers la lumière.
face-cue-less-light = Détournez-vous de la lumière vive.
face-cue-hold-still = Ne bougez plus.
face-cue-back-light = La lumière derrière vous est trop forte. Déplacez-vous un peu.
face-cue-uneven-light = Un côté de votre visage est sombre. Tournez-vous vers la lumière.
face-cue-uncover-face = Veuillez découvrir votre nez et votre bouche.
face-cue-take-off-glasses = Veuillez retirer vos lunettes sombres.
face-cue-open-eyes = Ouvrez les yeux.
face-cue-close-mouth = Fermez la bouche.
face-cue-look-at-camera = Regardez la caméra.
face-cue-look-straight = Regardez droit devant vous.
face-cue-turn-left = Tournez lentement la tête à gauche.
face-cue-turn-right = Tournez lentement la tête à droite.
face-cue-look-up = Levez lentement le menton.
face-cue-blink = Fermez les yeux. Comptez jusqu’à deux. Ouvrez-les.
face-cue-open-mouth = Ouvrez grand la bouche, puis fermez-la.
face-cue-colours = Continuez à regarder ici. Les couleurs changent.
face-cue-well-done = Très bien.

## Finger cues
finger-cue-place = Posez-le sur la vitre.
finger-cue-press = Appuyez un peu plus.
finger-cue-lighter = Appuyez moins fort.
finger-cue-move-left = Déplacez-le à gauche.
finger-cue-move-right = Déplacez-le à droite.
finger-cue-move-up = Déplacez-le vers le haut.
finger-cue-move-down = Déplacez-le vers le bas.
finger-cue-dry = Soufflez sur votre doigt, puis réessayez.
finger-cue-wet = Séchez votre doigt, puis réessayez.
finger-cue-latent = Essuyez la vitre, puis posez le doigt.
finger-cue-one-finger = Un seul doigt.
finger-cue-turn = Tournez-le, le bout vers le haut.
finger-cue-lift = Levez le doigt.
finger-cue-again = Encore une fois, s’il vous plaît.
finger-cue-no-finger = Posez-le sur la vitre.
finger-cue-well-done = Très bien.

## Rows
row-name = Nom complet
row-surname = Nom
row-given-names = Prénoms
row-document-kind = Document
row-document-number = Numéro du document
row-nationality = Nationalité
row-issuing-state = Délivré par
row-date-of-birth = Date de naissance
row-sex = Sexe
row-expiry = Valable jusqu’au
row-purpose-of-visit = Motif du voyage
row-intended-stay = Durée du séjour
row-face = Visage
row-finger = Doigt

## Values of rows
state-xxa = Sans État (apatride)
state-xxb = Réfugié (Convention de 1951)
state-xxc = Réfugié
state-xxx = Inconnue
sex-f = Féminin
sex-m = Masculin
sex-x = Non précisé

## Buttons
button-start = Commencer
button-continue = Continuer
button-back = Retour
button-save = Enregistrer
button-yes = Oui, c’est moi
button-no = Non
button-not-me = Ce n’est pas moi
button-cannot-do = Je ne peux pas faire cela
button-skip-challenges = Continuer sans cela
button-cannot-give-finger = Je ne peux pas donner ce doigt
button-finger-missing = Je n’ai pas ce doigt
button-finger-bandaged = Il est bandé ou blessé
button-finger-other = Une autre raison
button-help = Une personne
button-more-time = Plus de temps
button-face-again = Reprendre la photo
button-again = Réessayer
button-end = Terminer
button-pictures-only = Images seules

## Answers
purpose-of-visit-tourism = Tourisme
purpose-of-visit-business = Affaires
purpose-of-visit-study = Études
purpose-of-visit-work = Travail
purpose-of-visit-transit = En transit
purpose-of-visit-return-home = Retour chez moi
purpose-of-visit-other = Autre motif
intended-stay-up-to-3-days = Jusqu’à 3 jours
intended-stay-up-to-30-days = Jusqu’à 30 jours
intended-stay-up-to-90-days = Jusqu’à 90 jours
intended-stay-longer = Plus longtemps
intended-stay-not-applicable = Ne me concerne pas

## Called, direction, transport, notice in full, companions
direction-title = Dans quel sens allez-vous ?
direction-entry = J’entre dans le pays
direction-exit = Je quitte le pays
transport-title = Par quel moyen venez-vous ?
transport-on-foot = À pied
transport-car = En voiture
transport-bus = En bus
transport-truck = En camion
transport-motorbike = À moto
transport-bicycle = À vélo
transport-train = En train
transport-ship = En bateau
transport-aircraft = En avion
transport-other = Autrement
notice-more-title = Vos données en détail
notice-more-point-who = L’autorité des frontières ({ $authority }) collecte vos données.
notice-more-point-what = Elle collecte ce qui figure sur votre document, une image de votre visage, une empreinte digitale si ce poste la demande, et vos réponses.
notice-more-point-why = Elles servent à enregistrer qui passe la frontière, comme la loi le demande.
notice-more-point-how-long = { $days ->
    [one] Elles sont conservées { $days } jour, puis effacées.
   *[other] Elles sont conservées { $days } jours, puis effacées.
  }
notice-more-point-rights = Vous pouvez voir ce qui est enregistré, le faire corriger et porter plainte. Montrez votre référence à un agent ou à l’autorité.
notice-more-point-alternative = Vous n’êtes pas obligé d’utiliser cette borne. Un agent peut tout faire avec vous.
called-title = Quelqu’un arrive
called-title-helped = Quelqu’un est avec vous
called-cue = Attendez ici, s’il vous plaît. Vous pouvez aussi continuer.
companions-title = Quelqu’un voyage-t-il avec vous ?
next-person-title = La personne suivante, s’il vous plaît
next-person-cue = Chacun a besoin de son propre document.
button-more = En savoir plus
button-go-on = Continuer
button-to-officer = Aller voir l’agent
button-alone = Non, personne d’autre
button-together = Oui, la personne suivante vient

## Typing the document
typing-title-offer = Votre document n’a pas pu être lu
typing-cue-offer = Vous pouvez saisir ce qui y figure, ou appeler quelqu’un.
typing-title-kind = Quel document avez-vous ?
typing-cue-kind = Touchez l’image qui lui ressemble.
typing-title-issuing-state = Quel pays a délivré votre document ?
typing-cue-issuing-state = Saisissez les premières lettres, puis touchez le pays.
typing-title-number = Numéro du document
typing-cue-number = Recopiez-le de votre document, un caractère après l’autre.
typing-title-number-digit = Le chiffre après le numéro
typing-cue-number-digit = Regardez les longues lignes de lettres et de chiffres. Le chiffre est juste après le numéro du document.
typing-title-birth = Date de naissance
typing-cue-birth = Jour, mois, année : huit chiffres.
typing-title-birth-digit = Le chiffre après la date de naissance
typing-cue-birth-digit = Dans les longues lignes, il est juste après la date de naissance.
typing-title-expiry = Valable jusqu’au
typing-cue-expiry = Jour, mois, année : huit chiffres.
typing-title-expiry-digit = Le chiffre après le dernier jour
typing-cue-expiry-digit = Dans les longues lignes, il est juste après le dernier jour du document.
typing-title-sex = Sexe, selon votre document
typing-cue-sex = Touchez une réponse.
typing-title-nationality = Votre nationalité
typing-cue-nationality = Saisissez les premières lettres, puis touchez le pays.
typing-title-surname = Nom
typing-cue-surname = En lettres latines, comme dans les longues lignes. Si vous n’avez qu’un seul nom, saisissez-le ici.
typing-title-given-names = Prénoms
typing-cue-given-names = En lettres latines, comme dans les longues lignes.
typing-hint-number = Seulement des lettres et des chiffres, s’il vous plaît.
typing-hint-number-long = C’est trop long. Comptez encore une fois les caractères.
typing-hint-date = Ce jour n’existe pas. Saisissez le jour, le mois et l’année : huit chiffres.
typing-hint-digit = Un seul chiffre, s’il vous plaît.
typing-hint-name = Seulement des lettres latines, comme dans les longues lignes.
typing-hint-check = Le chiffre ne correspond pas. Comparez les caractères marqués : O et 0, I et 1, B et 8, S et 5.
typing-hint-states = Touchez votre pays, ou saisissez d’autres lettres.
question-hint-days = Saisissez un nombre de jours, 3650 au plus.
button-type-it = Saisir à la main
button-enter = Continuer
button-kind-passport = Un livret : passeport
button-kind-card = Une carte à trois longues lignes
button-kind-card-two-lines = Une carte à deux longues lignes
button-no-digit = Je ne le trouve pas
button-no-date = Cette date n’y figure pas
button-no-given-names = Je n’ai pas de prénom
button-go-on-anyway = C’est bien écrit ainsi
answer-yes = Oui
answer-no = Non

## The reference
page-reference = Votre référence
saved-point-rights = Avec cette référence, vous pouvez voir et faire corriger ce qui est enregistré.
go-point-rights = Photographiez la référence : avec elle, vous pouvez voir et faire corriger ce qui est enregistré.
row-contact = Questions et corrections
row-rights = Sur le web
