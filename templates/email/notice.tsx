import { Link, Section, Text } from '@react-email/components';
import { Frame, INK } from './frame.tsx';

type Props = { locale: 'fr' | 'en'; title: string; lines: string[]; footer: string };

/** Sentences under a title; a line that is a URL becomes a link. */
export const NoticeMail = ({ locale, title, lines, footer }: Props) => (
  <Frame locale={locale} title={title} footer={footer}>
    <Section
      className="card"
      style={{ backgroundColor: '#ffffff', border: '1px solid #d9dce2', borderRadius: '8px', padding: '16px' }}
    >
      {lines.map((line, index) => (
        <Text key={line} className="ink" style={{ ...INK, marginTop: index === 0 ? 0 : '12px' }}>
          {/^https?:\/\/\S+$/.test(line) ? <Link href={line}>{line}</Link> : line}
        </Text>
      ))}
    </Section>
  </Frame>
);
