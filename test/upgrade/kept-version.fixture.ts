/** What a version of Annals said about a data directory that it wrote. It is kept beside the test, for all later ones. */
export interface KeptVersion {
  readonly operatorKey: string;
  readonly logs: readonly KeptLog[];
}

export interface KeptLog {
  readonly slug: string;
  /** A key of an administrator. */
  readonly key: string;
  /** The whole trail, own records included, as NDJSON. */
  readonly exportedBytes: number;
  readonly exportedSha256: string;
  /** A signed checkpoint of the log. */
  readonly checkpoint: string;
  /** The key by which it is verified. */
  readonly verifierKey: string;
}
