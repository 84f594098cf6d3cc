import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';

type Props<K extends string> = {
  label: string;
  tabs: readonly { id: K; name: string; shown: () => ReactNode }[];
  chosen: K;
  choose: (id: K) => void;
};

export const Tabbed = <K extends string>({ label, tabs, chosen, choose }: Props<K>) => (
  <Tabs
    className="tabs"
    selectedKey={chosen}
    onSelectionChange={(key) => {
      const tab = tabs.find(({ id }) => id === key);
      if (tab) choose(tab.id);
    }}
  >
    <TabList aria-label={label}>
      {tabs.map(({ id, name }) => (
        <Tab key={id} id={id}>
          {name}
        </Tab>
      ))}
    </TabList>
    {tabs.map(({ id, shown }) => (
      <TabPanel key={id} id={id}>
        {shown()}
      </TabPanel>
    ))}
  </Tabs>
);
