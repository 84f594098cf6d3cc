import { execFileSync } from 'node:child_process';

/** Says in one line what is missing on this machine. */
export default function setup(): void {
  try {
    execFileSync('perl', ['-MNet::SMPP', '-e', '1'], { stdio: 'ignore' });
    execFileSync('/usr/sbin/bearerbox', ['-g'], { stdio: 'ignore' });
    execFileSync('mvn', ['--version'], { stdio: 'ignore' });
    execFileSync('javac', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'These tests meet programs that nobody here wrote: apt-get install libnet-smpp-perl kannel maven default-jdk-headless',
    );
  }
}
