import { AnnalsError } from '../../core/errors.ts';
import type { Draft } from '../../core/event.ts';
import { type JsonObject, parseJson } from '../../core/json/parse-json.ts';

/**
 * AWS CloudTrail records (files `{"Records":[…]}`) as drafts. The shape is AWS's record format, version 1.08 and
 * near it (AWS CloudTrail user guide, "CloudTrail record contents"). The whole original is kept under
 * `details.cloudtrail`, so nothing that the mapping below leaves out is lost. Throws `invalid` for an object that is not
 * one of their records: each has a time, a service and the name of a call.
 */
export function cloudTrailDraft(recordText: string): Draft {
  const { value, problems } = parseJson(recordText);
  const record = asObject(value);
  const { service, name } = calledService(record);
  if (service === undefined || name === undefined || text(record.eventTime) === undefined) {
    throw new AnnalsError(
      'invalid',
      'it is not a CloudTrail record, which has an eventSource, an eventName and an eventTime: see --from',
    );
  }
  const who = asObject(record.userIdentity);
  const resource = firstResource(record);
  const error = errorOf(record);
  return dropUndefined({
    eventID: text(record.eventID),
    createdAt: text(record.eventTime),
    // `s3.GetBucketAcl`: the service and the call.
    action: `${service.replace(/\.amazonaws\.com$/, '')}.${name}`,
    description: descriptionOf(name, record, who),
    resourceType: resource.type,
    resourceIdentity: resource.identity,
    ...actorOf(who),
    context: dropUndefined({
      client_ip: text(record.sourceIPAddress),
      user_agent: text(record.userAgent),
      region: text(record.awsRegion),
      credentials_id: text(who.accessKeyId),
      credentials_type: text(who.type),
      origin: text(record.eventType),
    }),
    outcome: error === undefined ? ('success' as const) : ('failure' as const),
    error,
    traceId: text(record.requestID),
    // Numbers that a double cannot hold would be changed, so a record with one is kept as its text.
    details: { cloudtrail: problems.length === 0 ? record : recordText },
  }) as Draft;
}

/** An Insights event has them in the details of the calls that it is about. */
function calledService(record: JsonObject) {
  const { eventSource, eventName } = record;
  const insight = asObject(record.insightDetails);
  return {
    service: text(eventSource) ?? text(insight.eventSource),
    name: text(eventName) ?? text(insight.eventName),
  };
}

function descriptionOf(eventName: string, record: JsonObject, who: JsonObject): string {
  const name = text(who.userName) ?? text(who.arn) ?? text(who.invokedBy) ?? text(who.type);
  const error = text(record.errorCode);
  return `${eventName} by ${name ?? 'somebody'}${error ? `: ${error}` : ''}`;
}

/** Kinds of identity that are persons; a role, an account or a service counts as a service account. */
const people = new Set([
  'Root',
  'IAMUser',
  'IdentityCenterUser',
  'SAMLUser',
  'WebIdentityUser',
  'FederatedUser',
]);

function actorOf(who: JsonObject): Partial<Draft> {
  const identity =
    text(who.arn) ?? text(who.principalId) ?? text(who.invokedBy) ?? text(who.accountId);
  const name = text(who.userName);
  if (identity === undefined && name === undefined) return {};
  if (people.has(text(who.type) ?? '')) {
    return {
      userIdentity: identity ?? name ?? '',
      user: { subject: identity ?? name ?? '', ...(name !== undefined && { name }) },
    };
  }
  return { serviceAccountIdentity: identity ?? name ?? '' };
}

function firstResource(record: JsonObject): {
  type?: string | undefined;
  identity?: string | undefined;
} {
  const resources = Array.isArray(record.resources) ? record.resources : [];
  const first = asObject(resources[0]);
  const identity = text(first.ARN);
  if (identity !== undefined) return { type: text(first.type), identity };
  const parameters = asObject(record.requestParameters);
  for (const [parameter, type] of resourceParameters) {
    const named = text(parameters[parameter]);
    if (named !== undefined) return { type, identity: named };
  }
  return { type: text(record.eventSource) };
}

/** Request parameters that name the resource when the record lists none, the most specific first. */
const resourceParameters: readonly (readonly [parameter: string, type: string])[] = [
  ['secretId', 'AWS::SecretsManager::Secret'],
  ['keyId', 'AWS::KMS::Key'],
  ['bucketName', 'AWS::S3::Bucket'],
  ['roleName', 'AWS::IAM::Role'],
  ['userName', 'AWS::IAM::User'],
  ['groupName', 'AWS::IAM::Group'],
  ['instanceId', 'AWS::EC2::Instance'],
  ['functionName', 'AWS::Lambda::Function'],
];

function errorOf(record: JsonObject): string | undefined {
  const code = text(record.errorCode);
  const message = text(record.errorMessage);
  if (code === undefined) return message;
  return message === undefined ? code : `${code}: ${message}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function dropUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
