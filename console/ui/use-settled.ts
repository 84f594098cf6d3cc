import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

const SETTLE_MS = 250;

/** A value after it stopped changing. */
export function useSettled<T>(value: T, ms = SETTLE_MS): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => settle(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** A field's text, copied to the address after a pause. */
export function useAddressed(address: string, keep: (value: string) => void): [string, (value: string) => void] {
  const [text, write] = useState(address);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== address) keep(settled);
    // Only typing changes the address.
  }, [settled]);
  useEffect(() => {
    if (address !== settled) write(address);
    // An opened view brings its own text.
  }, [address]);
  return [text, write];
}

/** Puts non-empty filters in the address. */
export function useFilterAddress(): (filters: Record<string, string | undefined>) => void {
  const navigate = useNavigate();
  return (filters) => {
    const search = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
    void navigate({ to: '.', search, replace: true });
  };
}
