import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { ArmClient } from './armClient.ts';
import type { Account, Place, Where } from '../shared/azurePlace.ts';
import { searchAccount, type ListIn, type Obstacle, type Search } from './search.ts';
import type { SignIn } from './signIn.ts';
import { separator, StreamedPick, type StreamedItem } from './streamedPick.ts';

/** What is looked for in all subscriptions. */
export interface Sought<T> {
  readonly title: string;
  readonly placeholder: string;
  /** Said when there is none. */
  readonly nothing: string;
  readonly list: ListIn<T>;
  readonly describe: (
    item: T,
    where: Where,
  ) => {
    readonly id: string;
    readonly label: string;
    readonly description?: string;
    readonly detail?: string;
  };
  /** What is shown together; default: what is in one subscription. */
  readonly groupOf?: (where: Where) => string;
}

export interface Picked<T> {
  readonly item: T;
  readonly where: Where;
}

type Item<T> = StreamedItem<Picked<T>>;

/** Lets the user choose among what all his subscriptions have; what fails is an entry among the others. */
export class ResourcePick<T> {
  readonly #sought: Sought<T>;
  readonly #signIn: SignIn;
  readonly #last: Picked<T> | undefined;
  readonly #list: StreamedPick<Picked<T>>;
  readonly #search: Search<T>;
  readonly #found = new Map<string, Picked<T>>();
  readonly #searched = new Set<string>();
  #obstacles: readonly Obstacle[] = [];
  /** Why a sign-in failed, by the obstacle that it was for; undefined for that with another account. */
  readonly #refusals = new Map<Obstacle | undefined, Failure>();

  /** `last` comes first, and can be chosen before anybody has answered. */
  constructor(
    sought: Sought<T>,
    signIn: SignIn,
    clientAt: (place: Place) => ArmClient,
    last: Picked<T> | undefined,
  ) {
    this.#sought = sought;
    this.#signIn = signIn;
    this.#last = last;
    this.#list = new StreamedPick({
      title: sought.title,
      placeholder: (busy) => (busy || this.#found.size > 0 ? sought.placeholder : sought.nothing),
      items: () => [...this.#lastItems(), ...this.#foundItems(), ...this.#otherItems()],
    });
    this.#search = {
      clientAt,
      list: sought.list,
      signal: this.#list.signal,
      found: (where, items) => {
        for (const item of items) this.#found.set(this.#keyOf({ item, where }), { item, where });
        this.#list.draw();
      },
      failed: (obstacle) => {
        this.#obstacles = [...this.#obstacles, obstacle];
        this.#list.draw();
      },
    };
  }

  /** Undefined when dismissed. */
  choose(accounts: readonly Account[]): Promise<Picked<T> | undefined> {
    for (const account of accounts) this.#look(account);
    return this.#list.choose();
  }

  #look(account: Account): void {
    if (this.#searched.has(account.id)) return;
    this.#searched.add(account.id);
    void this.#list.during(searchAccount(this.#search, account));
  }

  /** What two accounts see is there for each: they may do different things to it. */
  #keyOf({ item, where }: Picked<T>): string {
    return `${where.account.id} ${this.#sought.describe(item, where).id.toLowerCase()}`;
  }

  #itemOf(choice: Picked<T>): Item<T> {
    const { label, description, detail } = this.#sought.describe(choice.item, choice.where);
    return {
      label,
      ...(description !== undefined && { description }),
      ...(detail !== undefined && { detail }),
      key: this.#keyOf(choice),
      choice,
    };
  }

  #lastItems(): readonly Item<T>[] {
    const last = this.#last;
    if (last === undefined) return [];
    return [separator(vscode.l10n.t('last used')), { ...this.#itemOf(last), detail: this.#groupOf(last) }];
  }

  #foundItems(): readonly Item<T>[] {
    const last = this.#last && this.#keyOf(this.#last);
    const others = [...this.#found.values()]
      .map((found) => ({ group: this.#groupOf(found), item: this.#itemOf(found) }))
      .filter(({ item }) => item.key !== last)
      .toSorted((a, b) => a.group.localeCompare(b.group) || a.item.label.localeCompare(b.item.label));
    return others.flatMap(({ group, item }, index) =>
      others[index - 1]?.group === group ? [item] : [separator<Picked<T>>(group), item],
    );
  }

  /** The subscription, and who found it where several accounts are searched. */
  #groupOf({ where }: Picked<T>): string {
    const { subscriptionName, account } = where;
    return this.#sought.groupOf?.(where) ?? this.#withAccount(subscriptionName, account);
  }

  #withAccount(name: string, { label }: Account): string {
    return this.#searched.size > 1 && name !== label ? `${name} · ${label}` : name;
  }

  #otherItems(): readonly Item<T>[] {
    const refusal = this.#refusals.get(undefined);
    return [
      ...(this.#obstacles.length === 0 ? [] : [separator<Picked<T>>(vscode.l10n.t('not searched'))]),
      ...this.#obstacles.map((obstacle) => this.#obstacleItem(obstacle)),
      separator(''),
      {
        label: vscode.l10n.t('$(account) Sign in with another account…'),
        ...(refusal !== undefined && { detail: refusal.sentence }),
        alwaysShow: true,
        run: () => this.#addAccount(),
      },
    ];
  }

  #obstacleItem(obstacle: Obstacle): Item<T> {
    const { place, name = place.account.label, failure } = obstacle;
    const isLocked = failure.code === 'SignInNeeded';
    return {
      label: isLocked
        ? vscode.l10n.t('$(account) Sign in to {0}…', name)
        : `$(warning) ${this.#withAccount(name, place.account)}`,
      description: isLocked ? '' : vscode.l10n.t('Try again'),
      detail: (this.#refusals.get(obstacle) ?? failure).sentence,
      alwaysShow: true,
      run: () => this.#list.during(this.#goOn(obstacle)),
    };
  }

  async #goOn(obstacle: Obstacle): Promise<void> {
    const isLocked = obstacle.failure.code === 'SignInNeeded';
    if (isLocked && !(await this.#signsIn(obstacle, this.#signIn.token(obstacle.place, 'ask')))) return;
    this.#obstacles = this.#obstacles.filter((each) => each !== obstacle);
    await obstacle.retry();
  }

  async #addAccount(): Promise<void> {
    const account = await this.#signsIn(undefined, this.#signIn.ask(true));
    if (account === undefined) return;
    const waiting = this.#obstacles.find(
      ({ place }) => place.account.id === account.id && place.tenantId === undefined,
    );
    if (waiting === undefined) this.#look(account);
    else await this.#list.during(this.#goOn(waiting));
  }

  /** Undefined when nobody was signed in: the entry that asks is still there, and says what has gone wrong. */
  async #signsIn<R>(obstacle: Obstacle | undefined, signingIn: Promise<R>): Promise<R | undefined> {
    this.#refusals.delete(obstacle);
    try {
      return await this.#list.aside(signingIn);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // What the user was asked for and did not do needs no word.
      if (error.code !== 'Cancelled') this.#refusals.set(obstacle, error);
      this.#list.draw();
      return undefined;
    }
  }
}
