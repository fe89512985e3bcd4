import { useState } from 'react';
import { filterOf } from '../../api/queries.ts';
import {
  type ExportFormat,
  exportCommand,
  exportCurl,
  exportFormats,
} from '../../fields/command-lines.ts';
import { count } from '../../fields/count.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { type Search, stringifySearch } from '../../search.ts';
import { CloseDialog, DialogLayer } from '../../ui/FormDialog.tsx';

interface ExportDialogProps {
  readonly search: Search;
  readonly snapshot: number;
  readonly total: number;
  readonly close: () => void;
}

const formatNames: Readonly<Record<ExportFormat, string>> = {
  json: 'JSON, one list',
  ndjson: 'NDJSON, an event a line',
  csv: 'CSV, for spreadsheets',
};

/** Everything that the list shows, as a file: by the browser, or by a command that does the same. */
export function ExportDialog({ search, snapshot, total, close }: ExportDialogProps) {
  const [format, setFormat] = useState<ExportFormat>('json');
  const [withProof, setWithProof] = useState(false);
  const filter = filterOf(search);
  const path = `/v1/audit/export${stringifySearch({ ...filter, format, snapshot })}`;
  const command = exportCommand(filter, format, withProof);

  return (
    <DialogLayer title={`Export ${count(total, 'event')}`} close={close}>
      <p className="help">
        All that the list shows, of the log’s first {count(snapshot, 'event')}, the oldest first.
        Exports are recorded in the trail.
      </p>
      <fieldset className="choice near">
        <legend>Format</legend>
        {exportFormats.map((one) => (
          <label key={one} className="check">
            <input
              type="radio"
              name="format"
              checked={format === one}
              onChange={() => setFormat(one)}
            />
            {formatNames[one]}
          </label>
        ))}
      </fieldset>
      <label className="check">
        <input
          type="checkbox"
          checked={withProof}
          onChange={(event) => setWithProof(event.currentTarget.checked)}
        />
        With a proof, which annals verify checks
      </label>
      {withProof && (
        <p className="notice">
          The command makes the proof while it exports: run this line. A browser alone downloads the
          events without it.
        </p>
      )}
      <Line
        title="The command"
        text={command.text}
        note={
          command.missing.length === 0
            ? 'It exports what the log has when it runs, so events that arrive until then are in it too.'
            : `annals export has no flag for ${command.missing.join(', ')}: this line exports more than is shown.`
        }
      />
      {!withProof && (
        <Line
          title="The same with curl"
          text={exportCurl(`${location.origin}${path}`)}
          note="acme.header has the line “Authorization: Bearer <key>”."
        />
      )}
      <div className="buttons end">
        {withProof ? (
          <CloseDialog>Done</CloseDialog>
        ) : (
          <CloseDialog look="plain">Close</CloseDialog>
        )}
        {!withProof && (
          <a className="button primary" href={path} download={`audit-logs.${format}`}>
            Download {format.toUpperCase()}
          </a>
        )}
      </div>
    </DialogLayer>
  );
}

interface LineProps {
  readonly title: string;
  readonly text: string;
  readonly note: string;
}

function Line({ title, text, note }: LineProps) {
  return (
    <section className="command-line">
      <h3>{title}</h3>
      <div className="secret">
        <code>{text}</code>
        <CopyButton text={text} what={title.toLowerCase()} />
      </div>
      <p className="help">{note}</p>
    </section>
  );
}
