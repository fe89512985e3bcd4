/** A server's resident memory at some age, in seconds and bytes. */
export interface MemorySample {
  readonly age: number;
  readonly bytes: number;
}

/** A server's memory from one start to the next kill. */
export interface LifeMemory {
  readonly peak: number;
  /** In the middle of what was measured in the last third of the life, so at about the same age in each. */
  readonly settled: number;
  /** By how much it grew in that third, in bytes a minute. */
  readonly growth: number;
}

export function lifeMemory(samples: readonly MemorySample[]): LifeMemory | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const late = samples.filter(({ age }) => age >= (last.age * 2) / 3);
  return {
    peak: Math.max(...samples.map(({ bytes }) => bytes)),
    settled: median(late.map(({ bytes }) => bytes)),
    growth: slope(late.map(({ age, bytes }) => [age, bytes])) * 60,
  };
}

export interface MemoryTrend {
  /** Settled memory of the first third of the lives, and of the last. */
  readonly first: number;
  readonly last: number;
  /** From one life to the next, on average. */
  readonly growthPerLife: number;
  readonly peak: number;
  /** Whether the last third has no more than a quarter more than the first. */
  readonly level: boolean;
}

const mostGrowth = 1.25;

/** Undefined for fewer than three lives, of which nothing can be said. */
export function memoryTrend(lives: readonly LifeMemory[]): MemoryTrend | undefined {
  if (lives.length < 3) return undefined;
  const settled = lives.map((life) => life.settled);
  const third = Math.ceil(lives.length / 3);
  const [first, last] = [median(settled.slice(0, third)), median(settled.slice(-third))];
  return {
    first,
    last,
    growthPerLife: slope(settled.map((bytes, life) => [life, bytes])),
    peak: Math.max(...lives.map(({ peak }) => peak)),
    level: last <= first * mostGrowth,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** Of the straight line that lies nearest to the points; 0 for fewer than two. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return 0;
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
