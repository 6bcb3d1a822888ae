// The connection to the program that is watched: events come by server-sent events, each message a batch; the id is the number of
// the last one, and a new connection begins behind it. So there is no gap, or the server says how many events are lost.

const FIRST_PAUSE = 500, LONGEST_PAUSE = 30_000; // ms, before it connects again

export class Live {
  constructor({ onKnown, onEvents, onStatus, onLost, onBack }) {
    Object.assign(this, { onKnown, onEvents, onStatus, onLost, onBack });
    this.last = 0;
    this.held = false;
    this.paused = false;
    this.ended = false; // the program has said so: nothing will come any more
    this.connected = false;
    this.pause = FIRST_PAUSE;
    this.#connect();
  }

  #connect() {
    const source = new EventSource(`events?after=${this.last}`);
    source.addEventListener('open', () => {
      if (!this.connected) this.onBack();
      this.connected = true;
      this.pause = FIRST_PAUSE;
    });
    source.addEventListener('known', m => this.onKnown(JSON.parse(m.data)));
    source.addEventListener('events', m => {
      this.last = +m.lastEventId;
      this.onEvents(JSON.parse(m.data));
    });
    source.addEventListener('status', m => {
      Object.assign(this, JSON.parse(m.data));
      if (this.ended) source.close();
      this.onStatus();
    });
    source.addEventListener('error', () => {
      source.close();
      this.connected = false;
      this.onLost();
      setTimeout(() => this.#connect(), this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    });
  }

  async post(what) {
    if (this.ended) return;
    if (what === 'step') this.held = false; // until the server says that it is again
    try {
      await fetch(what, { method: 'POST' });
    } catch {
      if (!this.ended) this.onLost();
    }
  }
}
