// Charts of the last minutes, drawn by uPlot.
import { el } from './dom.js';

const samplesKept = 600;  // ten minutes
const height = 170;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const time = (seconds) => clock.format(new Date(seconds * 1000));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The figures of the last minutes, by name; lists of one length, null where nothing is known. */
export class History {
  constructor(names) {
    this.times = [];
    this.values = Object.fromEntries(names.map((name) => [name, []]));
  }

  /** `sample`: by name; none: a gap. */
  add(seconds, sample = {}) {
    this.times.push(seconds);
    for (const [name, list] of Object.entries(this.values)) list.push(sample[name] ?? null);
    if (this.times.length <= samplesKept) return;
    this.times.shift();
    for (const list of Object.values(this.values)) list.shift();
  }

  last() {
    return this.times.at(-1);
  }
}

/**
 * One chart of some of the history's figures; `lines`: {name, label, show, colour}. `least`: what the
 * scale reaches at least; `steps`: between its marks, if not decimal.
 */
export class Chart {
  constructor(title, history, lines, { least = 1, steps } = {}) {
    this.least = least;
    this.steps = steps;
    this.history = history;
    this.lines = lines;
    this.box = el('div', { class: 'plot' });
    this.element = el('figure', { class: 'card chart' }, el('figcaption', {}, title), this.box);
    this.observer = new ResizeObserver(() => this.resize());
    this.rebuild = () => this.build();
  }

  start() {
    this.observer.observe(this.box);
    document.addEventListener('themechange', this.rebuild);
    this.build();
  }

  stop() {
    this.observer.disconnect();
    document.removeEventListener('themechange', this.rebuild);
    this.plot?.destroy();
    this.plot = null;
  }

  data() {
    return [this.history.times, ...this.lines.map((line) => this.history.values[line.name])];
  }

  build() {
    this.plot?.destroy();
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--muted'), grid, ticks: grid };
    const series = this.lines.map((line) => ({
      label: line.label, stroke: colour(line.colour), width: 1.75, points: { show: false },
      // Of the moment pointed at, or the last.
      value: (_, v) => this.told(line, v ?? this.history.values[line.name].at(-1)),
    }));
    const atLeast = (_, min, max) => [0, Math.max(max ?? 0, this.least) * 1.1];
    this.plot = new uPlot({
      width: this.width(), height, cursor: { y: false },
      scales: { y: { range: atLeast } },
      series: [{ label: 'Time', value: (_, v) => (v === null ? '' : time(v)) }, ...series],
      axes: [{ ...axis, space: 90, values: (_, splits) => splits.map(time) },
        { ...axis, size: 66, ...(this.steps ? { incrs: this.steps } : {}),
          values: (_, splits) => splits.map(this.lines[0].show) }],
    }, this.data(), this.box);
  }

  told(line, value) {
    return value === null || value === undefined ? '–' : line.show(value);
  }

  width() {
    return Math.max(this.box.clientWidth, 160);
  }

  resize() {
    if (this.plot && this.plot.width !== this.width()) {
      this.plot.setSize({ width: this.width(), height });
    }
  }

  draw() {
    this.plot?.setData(this.data());
  }
}
