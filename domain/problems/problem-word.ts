/** A refusal in words: its title, a sentence that a customer understands, and what to do. */
export type ProblemWords = { title: string; sentence: string; remedy: string };

export const words = (title: string, sentence: string, remedy: string): ProblemWords => ({ title, sentence, remedy });
