/** A server's resident memory at some age, in seconds and bytes. */
export interface MemorySample {
  readonly age: number;
  readonly bytes: number;
}

/** A server's memory from one start to the next kill. */
export interface LifeMemory {
  readonly peak: number;
  /** At an age that all lives reach; absent for a life that did not. */
  readonly settled: number | undefined;
  /** How much it grew from that age on, in bytes a minute. */
  readonly growth: number;
}

/** The ages between which memory counts as settled, as shares of the time between two kills. Each life gets that old. */
const settledAges = [0.4, 0.6] as const;

export function lifeMemory(samples: readonly MemorySample[], killSeconds: number): LifeMemory {
  const [from, to] = settledAges.map((share) => share * killSeconds) as [number, number];
  const later = samples.filter(({ age }) => age >= from);
  return {
    peak: Math.max(0, ...samples.map(({ bytes }) => bytes)),
    settled: median(later.filter(({ age }) => age <= to).map(({ bytes }) => bytes)),
    growth: slope(later.map(({ age, bytes }) => [age, bytes])) * 60,
  };
}

export interface MemoryTrend {
  /** Settled memory of the first third of the lives, and of the last. */
  readonly first: number;
  readonly last: number;
  /** From one life to the next, on average. */
  readonly growthPerLife: number;
  readonly peak: number;
  /** Whether the last third has at most a quarter more than the first. */
  readonly level: boolean;
}

const mostGrowth = 1.25;
const fewestLives = 4;

/** The first life begins with an empty log, so it is left out. Undefined when there are too few others. */
export function memoryTrend(lives: readonly LifeMemory[]): MemoryTrend | undefined {
  const settled = lives.slice(1).flatMap((life) => life.settled ?? []);
  const third = Math.ceil(settled.length / 3);
  const [first, last] = [median(settled.slice(0, third)), median(settled.slice(-third))];
  if (first === undefined || last === undefined || settled.length < fewestLives) return undefined;
  return {
    first,
    last,
    growthPerLife: slope(settled.map((bytes, life) => [life, bytes])),
    peak: Math.max(...lives.map(({ peak }) => peak)),
    level: last <= first * mostGrowth,
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}

/** The slope of the line nearest to the points; 0 for fewer than two points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (points.length < 2 || spread === 0) return 0;
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
