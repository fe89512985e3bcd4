import { CopyButton } from '../../parts/CopyButton.tsx';
import { Fields } from './Fields.tsx';
import { type ApiDocument, curlOf, type Operation, type Parameter } from './openapi.ts';

interface OperationSectionProps {
  readonly operation: Operation;
  readonly document: ApiDocument;
}

export function OperationSection({ operation, document }: OperationSectionProps) {
  const { operationId, method, path, summary, description, parameters = [] } = operation;
  const responses = Object.entries(operation.responses ?? {});
  const successes = responses.filter(([status]) => status.startsWith('2'));
  const refusals = responses.filter(([status]) => !status.startsWith('2'));
  const line = curlOf(operation, document);
  return (
    <article id={operationId} className="operation" aria-labelledby={`${operationId}-head`}>
      <h3 id={`${operationId}-head`} className="operation-head">
        <a href={`#${operationId}`}>
          <span className="method">{method}</span> {path}
        </a>
        <span className="faint">{operationId}</span>
      </h3>
      <p>
        {summary}. {description}
      </p>
      {['path', 'query', 'header'].map((place) => (
        <Parameters
          key={place}
          place={place}
          parameters={parameters.filter((one) => one.in === place)}
          document={document}
        />
      ))}
      {Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema = {} }]) => (
        <section key={type}>
          <h4>
            Body <span className="faint">{type}</span>
          </h4>
          <Fields schema={schema} document={document} />
        </section>
      ))}
      {successes.map(([status, { description: text, content = {}, headers = {} }]) => (
        <section key={status}>
          <h4>
            {status} <span className="faint">{text}</span>
          </h4>
          {Object.entries(headers).length > 0 && (
            <dl className="schema-fields">
              {Object.entries(headers).map(([name, header]) => (
                <div key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{header.description ?? header.schema?.description}</dd>
                </div>
              ))}
            </dl>
          )}
          {Object.entries(content).map(([type, { schema = {} }]) => (
            <div key={type}>
              <p className="faint">{type}</p>
              <Fields schema={schema} document={document} />
            </div>
          ))}
        </section>
      ))}
      <details>
        <summary>Errors: {refusals.map(([status]) => status).join(', ')}</summary>
        <dl className="schema-fields">
          {refusals.map(([status, { description: text }]) => (
            <div key={status}>
              <dt>{status}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div className="secret">
        <code className="operation-curl">{line}</code>
        <CopyButton text={line} what="the line for curl" />
      </div>
    </article>
  );
}

interface ParametersProps {
  readonly place: string;
  readonly parameters: readonly Parameter[];
  readonly document: ApiDocument;
}

const placeNames: Readonly<Record<string, string>> = {
  path: 'In the path',
  query: 'Query',
  header: 'Headers',
};

function Parameters({ place, parameters, document }: ParametersProps) {
  if (parameters.length === 0) return null;
  const schema = {
    type: 'object',
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      parameters.map(({ name, description, schema: own }) => [
        name,
        { ...own, ...(description !== undefined && { description }) },
      ]),
    ),
  };
  return (
    <section>
      <h4>{placeNames[place]}</h4>
      <Fields schema={schema} document={document} />
    </section>
  );
}
