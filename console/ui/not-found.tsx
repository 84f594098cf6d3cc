import { useLocale } from '../i18n/locale.tsx';

export const NotThere = () => {
  const { say } = useLocale();
  return <h1>{say('notThere')}</h1>;
};
