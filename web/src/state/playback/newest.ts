/** Asks one question at a time; of those that come meanwhile only the newest is asked, the others are out of date. */
export class Newest<Question, Answer> {
  private waiting: Question | null = null;
  private asking = false;

  constructor(
    private readonly ask: (question: Question) => Promise<Answer>,
    private readonly take: (answer: Answer, question: Question) => void,
    private readonly fail: (thrown: unknown, question: Question) => void,
  ) {}

  put(question: Question): void {
    this.waiting = question;
    if (!this.asking) void this.work();
  }

  /** Forgets what waits; what is being asked may still be answered. */
  drop(): void {
    this.waiting = null;
  }

  private async work(): Promise<void> {
    this.asking = true;
    while (this.waiting !== null) {
      const question = this.waiting;
      this.waiting = null;
      try {
        this.take(await this.ask(question), question);
      } catch (thrown) {
        this.fail(thrown, question);
      }
    }
    this.asking = false;
  }
}
