// The call that nobody misses: two tones while somebody waits, made here, no file and no library.
'use strict';
const sound = {
  context: null, timer: 0, wanted: false,
  // Browsers let a page sound after a touch only; until then it says so itself (body[data-sound=off]).
  async allow() {
    this.context ??= new AudioContext();
    await this.context.resume();
    this.show();
  },
  ready() { return this.context?.state === 'running'; },
  call(wanted) {
    this.wanted = wanted;
    if (wanted && !this.timer) { this.timer = setInterval(() => this.tones(), 1500); this.tones(); }
    if (!wanted && this.timer) { clearInterval(this.timer); this.timer = 0; }
    this.show();
  },
  tones() {
    if (!this.ready()) return;
    const at = this.context.currentTime;
    [[880, 0], [660, 0.3]].forEach(([pitch, after]) => {
      const tone = this.context.createOscillator(), level = this.context.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, at + after);
      level.gain.exponentialRampToValueAtTime(0.5, at + after + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, at + after + 0.28);
      tone.connect(level).connect(this.context.destination);
      tone.start(at + after);
      tone.stop(at + after + 0.3);
    });
    this.show();
  },
  show() { document.body.dataset.sound = !this.ready() ? 'off' : this.wanted ? 'sounding' : 'ready'; },
};
