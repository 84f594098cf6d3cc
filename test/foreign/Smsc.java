import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.*;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.session.*;
import org.jsmpp.util.MessageId;

/** An SMSC made with jsmpp: takes every message, brings its receipt, and a reply to each that is whole. */
public class Smsc implements ServerMessageReceiverListener {
  static final ExecutorService WORK = Executors.newCachedThreadPool();
  final AtomicInteger last = new AtomicInteger(0xabc0);

  public static void main(String[] args) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    SMPPServerSessionListener listener = new SMPPServerSessionListener(port);
    System.out.println("port " + port);
    Smsc smsc = new Smsc();
    while (true) {
      SMPPServerSession session = listener.accept();
      session.setMessageReceiverListener(smsc);
      WORK.execute(() -> bind(session, args[0]));
    }
  }

  static void bind(SMPPServerSession session, String password) {
    try {
      BindRequest request = session.waitForBind(10000);
      if (password.equals(request.getPassword())) request.accept("jsmpp", InterfaceVersion.IF_34);
      else request.reject(SMPPConstant.STAT_ESME_RINVPASWD);
    } catch (Exception lost) {
      session.close();
    }
  }

  @Override
  public MessageId onAcceptSubmitSm(SubmitSm sms, SMPPServerSession session) throws ProcessRequestException {
    int id = last.incrementAndGet();
    WORK.execute(() -> bring(sms, session, id));
    try {
      return new MessageId(Integer.toHexString(id));
    } catch (Exception tooLong) {
      throw new ProcessRequestException("id", SMPPConstant.STAT_ESME_RSYSERR);
    }
  }

  static void bring(SubmitSm sms, SMPPServerSession session, int id) {
    try {
      Thread.sleep(50);
      String receipt = "id:" + id + " sub:001 dlvrd:001 stat:DELIVRD err:000 text:";
      deliver(sms, session, (byte) 4, DataCodings.ZERO, receipt.getBytes(StandardCharsets.US_ASCII));
      byte[] said = sms.getShortMessage();
      boolean part = (sms.getEsmClass() & 0x40) != 0;
      if (!part || said[4] == said[5])
        deliver(sms, session, (byte) 0, new GeneralDataCoding(Alphabet.ALPHA_UCS2), "Ça me va, à 15 h ✓".getBytes(StandardCharsets.UTF_16BE));
    } catch (Exception failed) {
      System.out.println("failed " + failed);
    }
  }

  static void deliver(SubmitSm sms, SMPPServerSession session, byte esm, DataCoding coding, byte[] text) throws Exception {
    session.deliverShortMessage("", TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.ISDN, sms.getDestAddress(),
        TypeOfNumber.NETWORK_SPECIFIC, NumberingPlanIndicator.UNKNOWN, sms.getSourceAddr(),
        new ESMClass(esm), (byte) 0, (byte) 0, new RegisteredDelivery(0), coding, text);
  }

  static ProcessRequestException unknown() {
    return new ProcessRequestException("not here", SMPPConstant.STAT_ESME_RINVCMDID);
  }

  @Override
  public SubmitMultiResult onAcceptSubmitMulti(SubmitMulti asked, SMPPServerSession session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public QuerySmResult onAcceptQuerySm(QuerySm asked, SMPPServerSession session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptReplaceSm(ReplaceSm asked, SMPPServerSession session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptCancelSm(CancelSm asked, SMPPServerSession session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public DataSmResult onAcceptDataSm(DataSm asked, Session session) throws ProcessRequestException {
    throw unknown();
  }
}
