// What a request that did not succeed tells the person who made it. Not here: showing it.

import type { components } from './schema';

type Detail = Partial<components['schemas']['ProblemDetail']>;

/** An answer that is no success, or no answer at all (status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: Detail;

  constructor(status: number, detail: Detail) {
    super(detail.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.title = detail.title ?? 'ERROR';
    this.detail = detail;
  }

  /** Nobody answered: the request may be made again when the server is back. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  static offline(): Problem {
    return new Problem(0, {
      title: 'OFFLINE',
      detail: 'The server does not answer. What you typed is kept; this page tries again.',
    });
  }

  static async of(response: Response): Promise<Problem> {
    const text = await response.text().catch(() => '');
    try {
      return new Problem(response.status, JSON.parse(text) as Detail);
    } catch {
      return new Problem(response.status, {
        detail: text || `The server answered ${response.status}.`,
      });
    }
  }
}
