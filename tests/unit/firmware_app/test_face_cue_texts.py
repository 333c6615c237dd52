"""Each advice on a face has its sentence in every language."""

from firmware_app.ui.texts import Texts
from vision.face_quality import Advice


def test_every_advice_has_a_text_of_its_own_in_each_language():
    texts = Texts.load()
    for language in texts.languages():
        said = {texts.say(language, f"face-cue-{each.value.replace('_', '-')}") for each in Advice}
        assert len(said) == len(Advice), language
