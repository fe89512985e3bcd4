import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Writes each line of JSON again as Jackson does by default. */
public class Producer {
  public static void main(String[] arguments) throws Exception {
    var mapper = new ObjectMapper();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.print(mapper.writeValueAsString(mapper.readValue(line, Object.class)));
      out.print('\n');
    }
    out.flush();
  }
}
