import type { contactsFr } from '../fr/contacts.ts';

export const contactsEn: Record<keyof typeof contactsFr, string> = {
  savedLists: 'Saved lists',
  savedListsHint: 'Each campaign that takes a list keeps a copy of its own.',
  noLists: 'No saved list',
  noListsHint: 'A list is saved as you compose a campaign, below the file that you choose.',
  rename: 'Rename',
  renameAsk: 'Rename “{name}”?',
  removeListHint: 'Campaigns that took it keep their recipients; a draft that chooses it has to choose another one.',
  newContact: 'Add a contact',
  removeContactHint: 'Their messages and their conversation stay. To erase everything, see below.',
  writeToThem: 'Write',
  tagsHint: 'Separated by commas.',
  cameIn: 'Received',
  columnOf: 'Column: {part}',
  byItsName: 'By its name',
  findContact: 'Find a contact',
  findContactHint: 'Look for a name or a number.',
  contactsHint: 'Campaigns can be sent to them by their tags; their names are known in texts and conversations.',
  noContacts: 'No contacts yet',
  importContacts: 'Import contacts',
  contactsFile: 'Choose a CSV or Excel file',
  contactsFileHint:
    'Any list with a column of phone numbers, such as another provider exports; first and last names are read too.',
  contactsImportTag: 'Tag for all of them (optional)',
  contactsImported: 'The contacts are imported.',
};
