// The connection to the program that is watched: events come by server-sent events, each message a batch; the id is the number of
// the last one, and a new connection begins behind it. So there is no gap, or the server says how many events are lost.

export class Live {
  constructor({ onEvents, onStatus, onLost, onBack }) {
    Object.assign(this, { onEvents, onStatus, onLost, onBack });
    this.last = 0;
    this.held = false;
    this.paused = false;
    this.connected = false;
    this.#connect();
  }

  #connect() {
    const source = new EventSource(`events?after=${this.last}`);
    source.addEventListener('open', () => {
      if (!this.connected) this.onBack();
      this.connected = true;
    });
    source.addEventListener('events', m => {
      this.last = +m.lastEventId;
      this.onEvents(JSON.parse(m.data));
    });
    source.addEventListener('status', m => {
      Object.assign(this, JSON.parse(m.data));
      this.onStatus();
    });
    source.addEventListener('error', () => {
      source.close();
      this.connected = false;
      this.onLost();
      setTimeout(() => this.#connect(), 500);
    });
  }

  async post(what) {
    if (what === 'step') this.held = false; // until the server says that it is again
    try {
      await fetch(what, { method: 'POST' });
    } catch {
      this.onLost();
    }
  }

  async statics() {
    return (await fetch('sources.json')).json();
  }
}
