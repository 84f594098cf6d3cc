import { Button, Link, Section, Text } from '@react-email/components';
import type { ReplyEmail } from '../email.ts';
import { emailWords } from '../email-words.ts';
import { BUTTON, Frame, INK, SOFT } from './frame.tsx';

/** One reply, as its mail shows it. */
export function ReplyReceived({ reply, phone, when }: { reply: ReplyEmail; phone: string; when: string }) {
  const words = emailWords[reply.locale];
  const below =
    reply.unsubscribe === null ? null : (
      <Text className="soft" style={{ ...SOFT, fontSize: '12px' }}>
        <Link href={reply.unsubscribe} style={{ color: '#5a606b', textDecoration: 'underline' }}>
          {words.unsubscribe}
        </Link>
      </Text>
    );
  return (
    <Frame locale={reply.locale} title={words.title(phone)} footer={words.footer} below={below}>
      <Section
        className="card"
        style={{ backgroundColor: '#ffffff', border: '1px solid #d9dce2', borderRadius: '8px', padding: '16px' }}
      >
        <Text className="ink" style={{ ...INK, whiteSpace: 'pre-wrap' }}>
          {reply.text}
        </Text>
      </Section>
      <Text className="soft" style={{ ...SOFT, marginTop: '12px' }}>
        {words.received} {when}
      </Text>
      {reply.campaignName === null ? null : (
        <Text className="soft" style={SOFT}>
          {words.campaign} : {reply.campaignName}
        </Text>
      )}
      {reply.optOut ? (
        <Text className="ink" style={{ ...SOFT, color: '#16181d', fontWeight: 'bold' }}>
          {words.optOut}
        </Text>
      ) : null}
      {reply.partial ? (
        <Text className="soft" style={SOFT}>
          {words.partial}
        </Text>
      ) : null}
      {reply.answerable ? (
        <Text className="soft" style={{ ...SOFT, marginTop: '12px' }}>
          {words.answer}
        </Text>
      ) : null}
      {reply.link === null ? null : (
        <Button className="action" href={reply.link} style={BUTTON}>
          {words.open}
        </Button>
      )}
    </Frame>
  );
}
