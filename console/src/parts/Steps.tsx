import type { Step } from '../proof/steps.ts';
import { CopyButton } from './CopyButton.tsx';

const words = { passed: 'passed', failed: 'failed' } as const;

/** The steps of a verification, each with the values that it computed or compared. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className="steps">
      {steps.map(({ title, state, said, values }) => (
        <li key={title} className={`step ${state}`}>
          <details open={state === 'failed'}>
            <summary>
              <span className={`step-mark ${state}`} aria-hidden="true" />
              <strong>{title}</strong>
              <span className="visually-hidden">, {words[state]}</span>
            </summary>
            {values.length > 0 && (
              <dl className="step-values">
                {values.map(([label, value]) => (
                  <div key={`${label} ${value}`}>
                    <dt>
                      {label} <CopyButton text={value} what={label} />
                    </dt>
                    <dd className="mono">{value}</dd>
                  </div>
                ))}
              </dl>
            )}
          </details>
          <p>{said}</p>
        </li>
      ))}
    </ol>
  );
}
