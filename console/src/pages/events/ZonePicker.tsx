import { Menu } from '@base-ui/react/menu';
import { memo } from 'react';
import type { Zone } from '../../fields/instant.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { ChangeSearch } from './EventsPage.tsx';

/** The zone in which instants are shown. A link carries it, and the instants themselves whatever the zone. */
export const ZonePicker = memo(function ZonePicker({
  zone,
  changeSearch,
}: {
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set(['UTC', here, ...Intl.supportedValuesOf('timeZone')])];
  return (
    <Menu.Root>
      <Menu.Trigger className="button" aria-label={`Time zone: ${zone}`}>
        {zone}
        <Icon name="down" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="layer">
          <Menu.Popup className="menu tall">
            <Menu.RadioGroup
              value={zone}
              onValueChange={(value: Zone) =>
                changeSearch({ zone: value === 'UTC' ? undefined : value })
              }
            >
              {zones.map((name) => (
                <Menu.RadioItem key={name} value={name} className="menu-item">
                  <Menu.RadioItemIndicator keepMounted className="menu-mark">
                    <Icon name="check" />
                  </Menu.RadioItemIndicator>
                  {name === here && name !== 'UTC' ? `${name} (here)` : name}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
});
