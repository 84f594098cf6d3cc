import { Body, Container, Head, Heading, Html, Preview, Text } from '@react-email/components';
import type { ReactNode } from 'react';

const DARK = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .page, .page td { background-color: #16181d !important; }
    .card, .card td { background-color: #22252c !important; border-color: #3a3f4a !important; }
    .ink { color: #f1f2f4 !important; }
    .soft, .soft a { color: #b3b8c2 !important; }
    .action { background-color: #7da2ff !important; color: #16181d !important; }
  }`;

export const SANS = 'Helvetica, Arial, sans-serif';
export const INK = { color: '#16181d', fontFamily: SANS, fontSize: '16px', lineHeight: '24px', margin: 0 };
export const SOFT = { color: '#5a606b', fontFamily: SANS, fontSize: '14px', lineHeight: '20px', margin: '4px 0' };
export const BUTTON = {
  backgroundColor: '#1f4ed8',
  borderRadius: '6px',
  color: '#ffffff',
  fontFamily: SANS,
  fontSize: '14px',
  marginTop: '12px',
  padding: '10px 16px',
};

type Props = {
  locale: 'fr' | 'en';
  title: string;
  footer: string;
  above?: string | null;
  children: ReactNode;
  below?: ReactNode;
};

/** The layout of every mail, light and dark, with nothing loaded from elsewhere. `above`: a line on top. */
export const Frame = ({ locale, title, footer, above = null, children, below = null }: Props) => (
  <Html lang={locale}>
    <Head>
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <style>{DARK}</style>
    </Head>
    <Preview>{title}</Preview>
    <Body className="page" style={{ backgroundColor: '#f4f5f7', margin: 0, padding: '24px 0' }}>
      <Container style={{ maxWidth: '560px', padding: '0 16px' }}>
        {above === null ? null : (
          <Text className="soft" style={{ ...SOFT, fontSize: '12px', margin: '0 0 12px' }}>
            {above}
          </Text>
        )}
        <Heading as="h1" className="ink" style={{ ...INK, fontSize: '20px', margin: '0 0 12px' }}>
          {title}
        </Heading>
        {children}
        <Text className="soft" style={{ ...SOFT, fontSize: '12px', marginTop: '20px' }}>
          {footer}
        </Text>
        {below}
      </Container>
    </Body>
  </Html>
);
