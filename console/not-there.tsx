import { useLocale } from './locale.tsx';

export const NotThere = () => {
  const { say } = useLocale();
  return <h1>{say('notThere')}</h1>;
};
