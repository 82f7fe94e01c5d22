import * as vscode from 'vscode';
import * as v from 'valibot';
import { instanceSchema, type Instance } from '../protocol/apim/arm.ts';
import { whereSchema } from '../shared/azurePlace.ts';
import type { Picked } from './resourcePick.ts';

const stateKey = 'azure.instances';
const knownSchema = v.fallback(v.array(v.object({ item: instanceSchema, where: whereSchema })), []);

/** The API Management instances that the user has chosen once, and whose account finds them. */
export class KnownInstances implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** The one that was chosen last comes first. */
  list(): readonly Picked<Instance>[] {
    return v.parse(knownSchema, this.#state.get(stateKey));
  }

  find(id: string): Picked<Instance> | undefined {
    return this.list().find(isAt(id));
  }

  /** Puts an instance that was chosen before all others. */
  async remember({ item, where }: Picked<Instance>): Promise<void> {
    const others = this.list().filter((known) => !isAt(item.id)(known));
    await this.#write([{ item, where }, ...others]);
  }

  /** Keeps what an instance is like now; does nothing for one that is not known. */
  async update(item: Instance): Promise<void> {
    const known = this.list();
    const changed = known.map((each) => (isAt(item.id)(each) ? { ...each, item } : each));
    if (JSON.stringify(changed) !== JSON.stringify(known)) await this.#write(changed);
  }

  async forget(id: string): Promise<void> {
    await this.#write(this.list().filter((known) => !isAt(id)(known)));
  }

  async #write(known: readonly Picked<Instance>[]): Promise<void> {
    await this.#state.update(stateKey, known);
    this.#changed.fire();
  }
}

/** Azure writes the names in an id in whatever case. */
function isAt(id: string): (known: Picked<Instance>) => boolean {
  return ({ item }) => item.id.toLowerCase() === id.toLowerCase();
}
