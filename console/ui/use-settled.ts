import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

const SETTLE_MS = 250;

/** A value once it has stopped changing, so that not every letter is asked for. */
export function useSettled<T>(value: T, ms = SETTLE_MS): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => settle(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** The text of a field, kept in the address once it has settled. */
export function useAddressed(address: string, keep: (value: string) => void): [string, (value: string) => void] {
  const [text, write] = useState(address);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== address) keep(settled);
    // Only what is written moves the address, not the address what is written.
  }, [settled]);
  useEffect(() => {
    if (address !== settled) write(address);
    // A view that is opened brings its own words.
  }, [address]);
  return [text, write];
}

/** Puts filters in the address, without those that are empty. */
export function useFilterAddress(): (filters: Record<string, string>) => void {
  const navigate = useNavigate();
  return (filters) => {
    const search = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
    void navigate({ to: '.', search, replace: true });
  };
}
