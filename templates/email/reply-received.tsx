import { Body, Button, Container, Head, Heading, Html, Preview, Section, Text } from '@react-email/components';
import type { ReplyEmail } from '../email.ts';
import { emailWords } from '../email-words.ts';

const DARK = `
  @media (prefers-color-scheme: dark) {
    .page, .page td { background-color: #16181d !important; }
    .card { background-color: #22252c !important; border-color: #3a3f4a !important; }
    .ink { color: #f1f2f4 !important; }
    .soft { color: #b3b8c2 !important; }
  }`;

const sans = 'Helvetica, Arial, sans-serif';

/** One reply, as its mail shows it. Nothing is loaded from elsewhere. */
export function ReplyReceived({ reply, phone, when }: { reply: ReplyEmail; phone: string; when: string }) {
  const words = emailWords[reply.locale];
  const soft = { color: '#5a606b', fontFamily: sans, fontSize: '14px', lineHeight: '20px', margin: '4px 0' };
  return (
    <Html lang={reply.locale}>
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <style>{DARK}</style>
      </Head>
      <Preview>{words.title(phone)}</Preview>
      <Body className="page" style={{ backgroundColor: '#f4f5f7', margin: 0, padding: '24px 0' }}>
        <Container style={{ maxWidth: '560px', padding: '0 16px' }}>
          <Heading as="h1" className="ink" style={{ color: '#16181d', fontFamily: sans, fontSize: '20px', margin: '0 0 12px' }}>
            {words.title(phone)}
          </Heading>
          <Section
            className="card"
            style={{ backgroundColor: '#ffffff', border: '1px solid #d9dce2', borderRadius: '8px', padding: '16px' }}
          >
            <Text
              className="ink"
              style={{
                color: '#16181d',
                fontFamily: sans,
                fontSize: '16px',
                lineHeight: '24px',
                margin: 0,
                whiteSpace: 'pre-wrap',
              }}
            >
              {reply.text}
            </Text>
          </Section>
          <Text className="soft" style={{ ...soft, marginTop: '12px' }}>
            {words.received} {when}
          </Text>
          {reply.campaignName === null ? null : (
            <Text className="soft" style={soft}>
              {words.campaign} : {reply.campaignName}
            </Text>
          )}
          {reply.optOut ? (
            <Text className="ink" style={{ ...soft, color: '#16181d', fontWeight: 'bold' }}>
              {words.optOut}
            </Text>
          ) : null}
          {reply.partial ? (
            <Text className="soft" style={soft}>
              {words.partial}
            </Text>
          ) : null}
          {reply.link === null ? null : (
            <Button
              href={reply.link}
              style={{
                backgroundColor: '#1f4ed8',
                borderRadius: '6px',
                color: '#ffffff',
                fontFamily: sans,
                fontSize: '14px',
                marginTop: '12px',
                padding: '10px 16px',
              }}
            >
              {words.open}
            </Button>
          )}
          <Text className="soft" style={{ ...soft, fontSize: '12px', marginTop: '20px' }}>
            {words.footer}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}
