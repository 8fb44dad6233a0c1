/** The last of a stream of items. */
export class Ring {
  #items = [];
  #max;

  constructor(max) {
    this.#max = max;
  }

  /** Adds an item; the oldest goes if there are too many. */
  push(item) {
    this.#items.push(item);
    // Cutting off a tenth at a time makes it cheap.
    if (this.#items.length > this.#max * 1.1) this.#items.splice(0, this.#items.length - this.#max);
  }

  clear() {
    this.#items.length = 0;
  }

  get length() {
    return Math.min(this.#items.length, this.#max);
  }

  get last() {
    return this.#items.at(-1);
  }

  /** The items, the oldest first. */
  list() {
    return this.#items.slice(-this.#max);
  }
}
