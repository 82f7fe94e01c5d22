import type { Catalog } from '../../catalog/index.ts';
import type { CommandHandlers } from '../../shared/contributions.ts';
import { deleteSubscription } from './deleteSubscription.ts';
import { deleteGroup, editGroup, newGroup } from './groups.ts';
import { addMembers, removeMember } from './members.ts';
import { newSubscription } from './newSubscription.ts';
import { addUser, inviteUser } from './newUsers.ts';
import { setPublished } from './products.ts';
import { showRequests } from './requests.ts';
import { showSubscriptionKeys } from './shownKeys.ts';
import { copySubscriptionKey, regenerateSubscriptionKey } from './subscriptionKeys.ts';
import { decideSubscription } from './subscriptionStates.ts';
import type { AccessTools } from './tools.ts';
import { deleteUser, sendPasswordReset, setBlocked } from './users.ts';
import { chooseProductGroups } from './visibility.ts';
import { useSubscriptionKey } from './workspaceKey.ts';

/** Who may use an instance: users, groups, what they see, and the keys with which they call. */
export function accessCommands(tools: AccessTools, catalog: Catalog) {
  return {
    inviteUser: (target) => inviteUser(tools, target),
    addUser: (target) => addUser(tools, target),
    blockUser: (target) => setBlocked(tools, target, true),
    unblockUser: (target) => setBlocked(tools, target, false),
    sendPasswordReset: (target) => sendPasswordReset(tools, target),
    deleteUser: (target) => deleteUser(tools, target),
    newGroup: (target) => newGroup(tools, target),
    editGroup: (target) => editGroup(tools, target),
    deleteGroup: (target) => deleteGroup(tools, target),
    addMembers: (target) => addMembers(tools, target),
    removeMember: (target) => removeMember(tools, target),
    chooseProductGroups: (target) => chooseProductGroups(tools, target),
    publishProduct: (target) => setPublished(tools, target, true),
    unpublishProduct: (target) => setPublished(tools, target, false),
    newSubscription: (target) => newSubscription(tools, target),
    showSubscriptionRequests: (target) => showRequests(tools, target),
    approveSubscription: (target) => decideSubscription(tools, target, 'approve'),
    rejectSubscription: (target) => decideSubscription(tools, target, 'reject'),
    suspendSubscription: (target) => decideSubscription(tools, target, 'suspend'),
    activateSubscription: (target) => decideSubscription(tools, target, 'activate'),
    cancelSubscription: (target) => decideSubscription(tools, target, 'cancel'),
    deleteSubscription: (target) => deleteSubscription(tools, target),
    useSubscriptionKey: (target) => useSubscriptionKey(tools, catalog, target),
    showSubscriptionKeys: (target) => showSubscriptionKeys(tools, target),
    copyPrimarySubscriptionKey: (target) => copySubscriptionKey(tools, target, 'primary'),
    copySecondarySubscriptionKey: (target) => copySubscriptionKey(tools, target, 'secondary'),
    regeneratePrimarySubscriptionKey: (target) => regenerateSubscriptionKey(tools, target, 'primary'),
    regenerateSecondarySubscriptionKey: (target) => regenerateSubscriptionKey(tools, target, 'secondary'),
  } satisfies Partial<CommandHandlers<'governance'>>;
}
