#!/usr/bin/perl
# An SMSC made with Net::SMPP, for one case: perl smsc.pl CASE. Says its port, then one line for each thing that it sees.
use strict;
use warnings;
use Encode 'encode';
use Net::SMPP;
use Time::HiRes 'sleep';

$| = 1;
$SIG{__WARN__} = sub { };
my $case   = shift or die "Which case?\n";
my $server = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, listen => 5, timeout => 300) or die "No port: $!\n";
print 'port ', $server->sockport, "\n";

my $binds     = 0;
my $submitted = 0;
my @held;
while (my $client = $server->accept) {
  while (my $pdu = $client->read_pdu) { last unless take($client, $pdu) }
  print "lost\n";
  close $client;
}

sub take {
  my ($client, $pdu) = @_;
  my ($cmd, $seq, $status) = @$pdu{qw(cmd seq status)};
  if    ($cmd == 0x00000009) { return login($client, $pdu) }
  elsif ($cmd == 0x00000004) { submit($client, $pdu) }
  elsif ($cmd == 0x00000015) { print "enquire_link\n"; $client->enquire_link_resp(seq => $seq) if $case ne 'enquire-unanswered' }
  elsif ($cmd == 0x80000005) { print "deliver_sm_resp $status\n" }
  elsif ($cmd == 0x80000000) { print "generic_nack $status\n" }
  elsif ($cmd == 0x80000006) { print "unbind_resp\n"; return 0 }
  elsif ($cmd == 0x00000006) { print "unbind\n"; $client->unbind_resp(seq => $seq); return 0 }
  return 1;
}

sub login {
  my ($client, $pdu) = @_;
  my $right = $pdu->{system_id} eq 'aller' && $pdu->{password} eq 'pa55w0rd';
  sleep 1 if $case eq 'slow-bind';
  $client->bind_transceiver_resp(seq => $pdu->{seq}, system_id => 'perl', status => $right ? 0 : 0x0e);
  print $right ? "bound\n" : "refused\n";
  return 0 unless $right;
  return 1 if $binds++;
  $client->syswrite("\0\0\0\5garbage") if $case eq 'garbage';
  $client->unbind(async => 1) if $case eq 'unbind';
  if ($case eq 'parts-reversed') { deliver($client, esm_class => 0x40, short_message => pack('C6', 5, 0, 3, 77, 3, $_) . "part $_;") for 3, 2, 1 }
  return 1;
}

sub submit {
  my ($client, $pdu) = @_;
  my $n = ++$submitted;
  print "submit_sm $pdu->{destination_addr} $pdu->{data_coding} ", unpack('H*', $pdu->{short_message}), "\n";
  my $id = sprintf '%X', 0xabc0 + $n;
  my $answer = sub { $client->submit_sm_resp(seq => $pdu->{seq}, message_id => "$pdu->{destination_addr}-$id", @_) };
  if ($case eq 'throttling' && $n == 1) { $client->submit_sm_resp(seq => $pdu->{seq}, message_id => '', status => 0x58) }
  elsif ($case eq 'out-of-order') { push @held, $answer; if (@held == 5) { $_->() for reverse splice @held } }
  elsif ($case eq 'lost-answers') { $answer->() unless $n % 2 }
  elsif ($case eq 'hex-ids') { $client->submit_sm_resp(seq => $pdu->{seq}, message_id => $id); receipt($client, $pdu, 0xabc0 + $n) }
  elsif ($case eq 'whole') {
    $client->submit_sm_resp(seq => $pdu->{seq}, message_id => $id);
    receipt($client, $pdu, $id);
    my @part = $pdu->{esm_class} & 0x40 ? unpack('C6', $pdu->{short_message}) : (0) x 6;
    deliver($client, source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr}, data_coding => 8, short_message => encode('UTF-16BE', "\x{c7}a me va, \x{e0} 15 h \x{2713}")) if $part[4] == $part[5];
  }
  elsif ($case eq 'receipt-first') { receipt($client, $pdu, "$pdu->{destination_addr}-$id"); sleep 0.1; $answer->() }
  else { $answer->() }
}

sub receipt {
  my ($client, $pdu, $id) = @_;
  my $text = "id:$id sub:001 dlvrd:001 submit date:2611241000 done date:2611241001 stat:DELIVRD err:000 text:";
  deliver($client, esm_class => 4, source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr}, short_message => $text);
}

sub deliver {
  my $client = shift;
  $client->deliver_sm(async => 1, source_addr_ton => 1, source_addr_npi => 1, source_addr => '33612345678', destination_addr => '36111', @_);
}
