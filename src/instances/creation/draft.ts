import type { NamedRegion, OfferedTier } from '../../protocol/apim/creation.ts';

/** What has been answered of a new instance. */
export interface CreationDraft {
  name: string;
  group: GroupChoice;
  tier: OfferedTier | undefined;
  region: NamedRegion | undefined;
  /** How the instance's users know who publishes. */
  organisation: string;
  /** Of the administrator. */
  email: string;
}

/** A resource group that is there, or the name of a new one. */
export interface GroupChoice {
  readonly name: string;
  readonly isNew: boolean;
}

/** One whose questions have all been answered. */
export type CompleteDraft = CreationDraft & { tier: OfferedTier; region: NamedRegion };

export function isComplete(draft: CreationDraft): draft is CompleteDraft {
  return draft.tier !== undefined && draft.region !== undefined;
}

export function emptyDraft(account: string): CreationDraft {
  return {
    name: '',
    group: { name: '', isNew: true },
    tier: undefined,
    region: undefined,
    organisation: '',
    email: account.includes('@') ? account : '',
  };
}
