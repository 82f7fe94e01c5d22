import type { JsonObject } from '../json.ts';

/** What a person says of a group. */
export interface GroupText {
  readonly displayName: string;
  readonly description: string;
}

/** Source: azure-rest-api-specs apimgroups.json. */
export function isGroupDescription(text: string): boolean {
  return text.length <= 1000;
}

export function groupBody({ displayName, description }: GroupText): JsonObject {
  return { properties: { displayName, description } };
}
