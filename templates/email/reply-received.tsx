import { Button, Link, Section, Text } from '@react-email/components';
import type { ReactNode } from 'react';
import type { CardShape, PageShape } from '../email-shapes.ts';
import { emailWords } from '../email-words.ts';
import { BUTTON, Frame, INK, SOFT } from './frame.tsx';

type Page = { shape: PageShape; title: string; link: string; unsubscribe: string; children?: ReactNode };

export function RepliesPage({ shape, title, link, unsubscribe, children }: Page) {
  const words = emailWords[shape.locale];
  const below = shape.leavable ? (
    <Text className="soft" style={{ ...SOFT, fontSize: '12px' }}>
      <Link href={unsubscribe} style={{ color: '#5a606b', textDecoration: 'underline' }}>
        {words.unsubscribe}
      </Link>
    </Text>
  ) : null;
  return (
    <Frame locale={shape.locale} title={title} footer={words.footer} below={below}>
      {children}
      {shape.answerable ? (
        <Text className="soft" style={{ ...SOFT, marginTop: '12px' }}>
          {words.answer}
        </Text>
      ) : null}
      {shape.linked ? (
        <Button className="action" href={link} style={BUTTON}>
          {words.open}
        </Button>
      ) : null}
    </Frame>
  );
}

type Card = { shape: CardShape; text: string; when: string; campaign: string };

export function ReplyCard({ shape, text, when, campaign }: Card) {
  const words = emailWords[shape.locale];
  return (
    <>
      <Section
        className="card"
        style={{
          backgroundColor: '#ffffff',
          border: '1px solid #d9dce2',
          borderRadius: '8px',
          marginTop: '12px',
          padding: '16px',
        }}
      >
        <Text className="ink" style={{ ...INK, whiteSpace: 'pre-wrap' }}>
          {text}
        </Text>
      </Section>
      <Text className="soft" style={{ ...SOFT, marginTop: '12px' }}>
        {words.received} {when}
      </Text>
      {shape.campaign ? (
        <Text className="soft" style={SOFT}>
          {words.campaign} : {campaign}
        </Text>
      ) : null}
      {shape.optOut ? (
        <Text className="ink" style={{ ...SOFT, color: '#16181d', fontWeight: 'bold' }}>
          {words.optOut}
        </Text>
      ) : null}
      {shape.partial ? (
        <Text className="soft" style={SOFT}>
          {words.partial}
        </Text>
      ) : null}
    </>
  );
}
