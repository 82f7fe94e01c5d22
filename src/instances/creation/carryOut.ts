import type { ArmClient, ArmReply } from '../../azure/index.ts';
import { instanceSchema, parseArm, type Instance } from '../../protocol/apim/arm.ts';
import { provisioningStateIn } from '../../protocol/apim/armOperation.ts';
import { isSameRegion, isSameTier, type Tier } from '../../protocol/apim/creation.ts';
import { Failure } from '../../protocol/failure.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { StartedWrite } from '../../shared/startedWrite.ts';
import type { Creation, WorkRecord } from './workRecord.ts';

export interface WorkTools {
  readonly arm: ArmClient;
  readonly save: (record: WorkRecord) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Carries a record out to its end, whether it is new or was left by a window that has closed: what is there is looked at
 * before anything is written, so nothing is done twice. Rejects with Azure's reason, or why it cannot be followed.
 */
export async function carryOut(record: WorkRecord, tools: WorkTools): Promise<Instance> {
  const { arm, signal } = tools;
  const { id, name } = record.instance;
  let { write } = record;
  if (write === undefined) {
    write = await begin(record, tools);
    await tools.save({ ...record, write });
  }
  const { body } = await follow(arm, write, id, signal);
  const instance = parseArm(instanceSchema, body);
  if (isSameTier(instance.sku, record.tier)) return instance;
  throw failure(
    'TierNotChanged',
    `Azure has ended the change of ${name}, which is still ${instance.sku?.name ?? '?'}.`,
  );
}

async function begin(record: WorkRecord, tools: WorkTools): Promise<StartedWrite> {
  const { id } = record.instance;
  if ((await standing(record, tools)) !== 'nothing') return tools.arm.resourceAt(id);
  try {
    return (await write(record, tools)) ?? tools.arm.resourceAt(id);
  } catch (error) {
    if (!(await cameAbout(error, record, tools))) throw error;
    return tools.arm.resourceAt(id);
  }
}

function write(record: WorkRecord, { arm, signal }: WorkTools): Promise<StartedWrite | undefined> {
  const { id } = record.instance;
  if (record.kind === 'create') return arm.start('PUT', id, bodyOf(record), { signal });
  const condition = record.etag === undefined ? {} : { ifMatch: record.etag };
  return arm.start('PATCH', id, { sku: skuOf(record.tier) }, { signal, ...condition });
}

/**
 * Whether what a refused write asks for has come about all the same: Azure has taken it and failed to say so (5xx), or
 * the same one came first, sent by a window that was killed before the answer. An instance that changes takes no other
 * change (409, `ServiceLocked`), and one that has changed has another ETag (412).
 * Source: azure-sdk-for-js arm-apimanagement (recordings of its tests).
 */
async function cameAbout(error: unknown, record: WorkRecord, tools: WorkTools): Promise<boolean> {
  if (!(error instanceof Failure)) return false;
  const { status = 0 } = error;
  if (status !== 409 && status !== 412 && status < 500) return false;
  const now = await standing(record, tools);
  // Where the ETag is another one, what runs may be somebody else's change.
  return now === 'there' || (now === 'running' && status === 409);
}

/** Whether Azure has what a record wants, or is busy with the instance, or neither. */
async function standing(
  record: WorkRecord,
  { arm, signal }: WorkTools,
): Promise<'there' | 'running' | 'nothing'> {
  const { id, name } = record.instance;
  const found = await arm.find(id, { signal });
  if (found === undefined) return 'nothing';
  const instance = parseArm(instanceSchema, found.body);
  if (record.kind === 'changeTier') {
    if (isSameTier(instance.sku, record.tier)) return 'there';
    return provisioningStateIn(found.body) === 'running' ? 'running' : 'nothing';
  }
  if (isOurs(instance, record)) return 'there';
  throw failure(
    'InstanceExists',
    `There is an instance ${name} in that resource group already. Choose another name.`,
  );
}

/** Azure forgets how an operation went after a while; the resource then tells whether it still goes on. */
async function follow(
  arm: ArmClient,
  write: StartedWrite,
  id: string,
  signal: AbortSignal,
): Promise<ArmReply> {
  try {
    return await arm.follow(write, { signal });
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 404) throw error;
    return arm.follow(arm.resourceAt(id), { signal });
  }
}

/** Source: azure-rest-api-specs apimdeployment.json (`ApiManagementServiceResource`). */
function bodyOf({ location, tier, organisation, email }: Creation): JsonObject {
  const properties = { publisherName: organisation, publisherEmail: email };
  return { location, sku: skuOf(tier), properties };
}

function skuOf({ name, units }: Tier): JsonObject {
  return { name, capacity: units };
}

/** Whether what is there came of the record, whose answer was then lost. */
function isOurs({ sku, location = '', properties }: Instance, record: Creation): boolean {
  return (
    isSameTier(sku, record.tier) &&
    isSameRegion(location, record.location) &&
    properties.publisherEmail === record.email &&
    properties.publisherName === record.organisation
  );
}

function failure(code: string, sentence: string): Failure {
  return new Failure({ code, origin: 'service', sentence });
}
