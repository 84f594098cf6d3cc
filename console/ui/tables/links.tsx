import { Link } from '@tanstack/react-router';

type Named = { id: string; name: string };

export const CampaignLink = ({ id, name }: Named) => (
  <Link to="/campaigns/$id" params={{ id }}>
    {name}
  </Link>
);

export const AccountLink = ({ id, name }: Named) => (
  <Link to="/operator/accounts/$id" params={{ id }}>
    {name}
  </Link>
);

export const CarrierLink = ({ id, name }: Named) => (
  <Link to="/operator/carriers/$id" params={{ id }}>
    {name}
  </Link>
);
