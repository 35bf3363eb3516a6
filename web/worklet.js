// The page's telephone: the microphone becomes 20 ms frames of 8 kHz µ-law, and what comes from the line is played.
// In:  {play: Uint8Array of µ-law} {mark: name} {clear: true}
// Out: {frame: Uint8Array(160)} {marks: [name, …]} {mic, speaker: RMS of 50 ms, 0 to 1; sounding: bool; lost: samples}
'use strict';

const RATE = 8000, FRAME = 160;
const MOST = 1 << 18;      // samples that may wait, 32 s; more are dropped and counted
const MOST_MARKS = 4096;   // waiting; beyond these the oldest are returned early
const LEAST_AHEAD = 320, MOST_AHEAD = 1600;  // samples that wait before sound begins: 40 ms, 200 ms on a poor line
const LATE = 800;          // dry for less than these 100 ms, within an utterance: the line was late, not the speaker silent

// G.711: a sign, three bits of exponent, four of mantissa, all inverted.
const DECODED = Float32Array.from({length: 256}, (_, byte) => {
  const code = ~byte & 255;
  const size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132;
  return (code & 128 ? -size : size) / 32768;
});
function encode(sample) {
  const size = Math.min(Math.round(Math.abs(sample) * 32768), 32635) + 132;
  const exponent = 24 - Math.clz32(size);  // the top bit is bit 7 to bit 14
  return ~((sample < 0 ? 128 : 0) | exponent << 4 | size >> exponent + 3 & 15) & 255;
}

function bessel(x) {  // I0, for the Kaiser window
  let sum = 1, term = 1;
  for (let k = 1; term > 1e-9 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

// From any rate to any other: a windowed sinc in `up` phases. With 36 zero crossings a side and Kaiser's beta 8, what lies
// above 4 kHz at the lower rate of 8 is 85 dB down and 3.5 kHz passes whole; the delay is 4.5 ms.
class Resampler {
  constructor(from, to) {
    const gcd = (a, b) => b ? gcd(b, a % b) : a;
    this.up = to / gcd(from, to);
    this.down = from / gcd(from, to);
    const band = Math.min(1, to / from), cut = 0.94 * band;
    const half = Math.ceil(36 / band);
    this.taps = 2 * half;
    this.kernels = Array.from({length: this.up}, (_, phase) => {
      const kernel = Float32Array.from({length: this.taps}, (_, k) => {
        const t = k - half + 1 - phase / this.up, x = Math.PI * cut * t;
        return (x ? Math.sin(x) / x : 1) * bessel(8 * Math.sqrt(Math.max(0, 1 - (t / half) ** 2)));
      });
      const sum = kernel.reduce((a, b) => a + b);
      return kernel.map(x => x / sum);
    });
    this.past = new Float32Array(2 * this.taps);  // written twice, so that the newest `taps` always lie in a row
    this.head = 0;
    this.at = this.up;  // of the next output, in 1/up of an input sample; from `up` on, input is wanted first
  }
  get ready() { return this.at < this.up; }
  put(x) {
    this.past[this.head] = this.past[this.head + this.taps] = x;
    this.head = (this.head + 1) % this.taps;
    this.at -= this.up;
  }
  get() {
    const kernel = this.kernels[this.at];
    let sum = 0;
    for (let k = 0; k < this.taps; k++) sum += kernel[k] * this.past[this.head + k];
    this.at += this.down;
    return sum;
  }
}

// First in, first out. Positions count samples since the call began, and each mark keeps the one it stands at.
class Playback {
  ring = new Uint8Array(MOST);
  written = 0;
  played = 0;
  marks = [];
  ahead = LEAST_AHEAD;
  going = false;
  waited = 0;           // samples since the first that waits came
  dry = Infinity;       // samples since sound ran out
  last = 0;
  lost = 0;

  play(bytes) {
    const fits = Math.min(bytes.length, MOST - (this.written - this.played));
    for (let i = 0; i < fits; i++) this.ring[this.written++ % MOST] = bytes[i];
    this.lost += bytes.length - fits;
    if (this.dry < LATE) this.ahead = Math.min(MOST_AHEAD, this.ahead + FRAME);
    this.dry = Infinity;
  }
  mark(name) { this.marks.push({name, at: this.written}); }
  clear() {  // which also makes every mark due
    this.played = this.written;
    this.going = false;
    this.waited = 0;
    this.dry = Infinity;
  }
  due() {  // the names of the marks whose sound has been played
    let n = Math.max(0, this.marks.length - MOST_MARKS);
    while (n < this.marks.length && this.marks[n].at <= this.played) n++;
    return this.marks.splice(0, n).map(mark => mark.name);
  }
  next() {
    const waiting = this.written - this.played;
    if (waiting === 0 && this.going) {
      this.going = false;
      this.dry = 0;
    }
    // What is short is not held back for longer than it would have taken to fill the buffer.
    if (!this.going && waiting > 0) this.going = waiting >= this.ahead || ++this.waited >= this.ahead;
    if (!this.going) {
      this.dry++;
      return this.last *= 0.95;  // no click where sound breaks off
    }
    this.waited = 0;
    if (this.played % (10 * RATE) === 0) this.ahead = Math.max(LEAST_AHEAD, this.ahead - FRAME);
    return this.last = DECODED[this.ring[this.played++ % MOST]];
  }
}

registerProcessor('telephone', class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(Math.round(sampleRate), RATE);
    this.up = new Resampler(RATE, Math.round(sampleRate));
    this.playback = new Playback();
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.mic = this.speaker = this.measured = 0;
    this.port.onmessage = ({data}) => {
      if (data.play) this.playback.play(data.play);
      else if (data.mark !== undefined) this.playback.mark(data.mark);
      else if (data.clear) this.playback.clear();
    };
  }
  process([[mic]], [[speaker]]) {
    for (let i = 0; i < speaker.length; i++) {
      const x = mic ? mic[i] : 0;  // a microphone that is gone is silent: a line never stops
      this.mic += x * x;
      this.down.put(x);
      while (this.down.ready) this.capture(this.down.get());
      while (!this.up.ready) this.up.put(this.playback.next());
      speaker[i] = this.up.get();
      this.speaker += speaker[i] ** 2;
    }
    const marks = this.playback.due();
    if (marks.length) this.port.postMessage({marks});
    this.measured += speaker.length;
    if (this.measured >= sampleRate / 20) {
      const rms = sum => Math.sqrt(sum / this.measured);
      const {going: sounding, lost} = this.playback;
      this.port.postMessage({mic: rms(this.mic), speaker: rms(this.speaker), sounding, lost});
      this.mic = this.speaker = this.measured = 0;
    }
    return true;
  }
  capture(sample) {
    this.frame[this.filled++] = encode(sample);
    if (this.filled < FRAME) return;
    this.port.postMessage({frame: this.frame}, [this.frame.buffer]);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
  }
});
