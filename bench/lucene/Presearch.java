import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TotalHitCountCollector;

/** Stored queries on Lucene's MemoryIndex behind a term presearcher: what a percolator does, without its server.
 *
 *  Arguments: a file of rules (a line each: groups apart by '|', its terms by ',', what is forbidden behind '!'),
 *  a file of folded stories (a line each), rounds. Prints: stories per CPU second, hits per story, set-up seconds.
 */
public final class Presearch {
    private final List<Query> queries = new ArrayList<>();
    private final Map<String, List<Integer>> words = new HashMap<>();
    private final Map<String, List<Integer>> prefixes = new HashMap<>();
    private final Set<Integer> lengths = new TreeSet<>();

    private static double seconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    private static Query query(String term) {
        if (term.endsWith("*")) {
            return new PrefixQuery(new Term("text", term.substring(0, term.length() - 1)));
        }
        String[] parts = term.split(" ");
        return parts.length == 1 ? new TermQuery(new Term("text", term)) : new PhraseQuery("text", parts);
    }

    private static Query any(String group) {
        BooleanQuery.Builder found = new BooleanQuery.Builder();
        for (String term : group.split(",")) {
            found.add(query(term), Occur.SHOULD);
        }
        return found.build();
    }

    private void add(String line) {
        String[] halves = line.split("!");
        String[] groups = halves[0].split("\\|");
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String group : groups) {
            all.add(any(group), Occur.MUST);
        }
        if (halves.length > 1) {
            all.add(any(halves[1]), Occur.MUST_NOT);
        }
        int number = queries.size();
        queries.add(groups.length == 1 && halves.length == 1 ? any(groups[0]) : all.build());
        for (String term : groups[0].split(",")) {
            if (term.endsWith("*")) {
                String stem = term.substring(0, term.length() - 1);
                lengths.add(stem.length());
                prefixes.computeIfAbsent(stem, key -> new ArrayList<>()).add(number);
            } else {
                words.computeIfAbsent(term.split(" ")[0], key -> new ArrayList<>()).add(number);
            }
        }
    }

    private Set<Integer> candidates(String text) {
        Set<Integer> found = new HashSet<>();
        for (String word : text.split(" ")) {
            found.addAll(words.getOrDefault(word, List.of()));
            for (int length : lengths) {
                if (length > word.length()) {
                    break;
                }
                found.addAll(prefixes.getOrDefault(word.substring(0, length), List.of()));
            }
        }
        return found;
    }

    private int match(MemoryIndex index, WhitespaceAnalyzer analyzer, String text) throws Exception {
        index.reset();
        index.addField("text", text, analyzer);
        IndexSearcher searcher = index.createSearcher();
        searcher.setQueryCache(null);
        int hits = 0;
        for (int number : candidates(text)) {
            TotalHitCountCollector counted = new TotalHitCountCollector();
            searcher.search(queries.get(number), counted);
            hits += counted.getTotalHits();
        }
        return hits;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> stories = Files.readAllLines(Path.of(arguments[1]));
        Presearch found = new Presearch();
        double start = seconds();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            found.add(line);
        }
        double setUp = seconds() - start;
        MemoryIndex index = new MemoryIndex();
        WhitespaceAnalyzer analyzer = new WhitespaceAnalyzer();
        double best = Double.MAX_VALUE;
        long hits = 0;
        for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
            start = seconds();
            hits = 0;
            for (String story : stories) {
                hits += found.match(index, analyzer, story);
            }
            best = Math.min(best, seconds() - start);
        }
        System.out.println(stories.size() / best + " " + (double) hits / stories.size() + " " + setUp);
    }
}
