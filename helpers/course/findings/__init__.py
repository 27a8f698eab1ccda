"""What a study shows, decided once: each finding by one function, with its criterion and source.

A chapter's sentences, the index of a run, the page of several studies and the replies to exercises
word what is decided here, and decide nothing themselves.
"""

from helpers.course.findings.basic import Compared as Compared
from helpers.course.findings.basic import Finding as Finding
from helpers.course.findings.basic import contextual as contextual
from helpers.course.findings.basic import direction as direction
from helpers.course.findings.basic import means_differ as means_differ
from helpers.course.findings.kinds import Moderation as Moderation
from helpers.course.findings.kinds import Region as Region
from helpers.course.findings.kinds import Slopes as Slopes
from helpers.course.findings.kinds import adjusted as adjusted
from helpers.course.findings.kinds import agree as agree
from helpers.course.findings.kinds import moderation as moderation
from helpers.course.findings.kinds import regions_of_significance as regions_of_significance
from helpers.course.findings.kinds import simple_slopes as simple_slopes
from helpers.course.findings.kinds import slopes_of_their_own as slopes_of_their_own
from helpers.course.findings.kinds import steeper as steeper
from helpers.course.findings.kinds import step as step
from helpers.course.findings.kinds import support as support
from helpers.course.findings.pooling import Limits as Limits
from helpers.course.findings.pooling import Nearer as Nearer
from helpers.course.findings.pooling import Pooling as Pooling
from helpers.course.findings.pooling import Spread as Spread
from helpers.course.findings.pooling import Top as Top
from helpers.course.findings.pooling import by_ml as by_ml
from helpers.course.findings.pooling import limits_of_variance as limits_of_variance
from helpers.course.findings.pooling import mixture as mixture
from helpers.course.findings.pooling import n_apart_from_average as n_apart_from_average
from helpers.course.findings.pooling import nearer as nearer
from helpers.course.findings.pooling import pooling as pooling
from helpers.course.findings.pooling import spread_of_intercepts as spread_of_intercepts
from helpers.course.findings.pooling import top as top
from helpers.course.findings.shares import Chance as Chance
from helpers.course.findings.shares import Claimed as Claimed
from helpers.course.findings.shares import Reading as Reading
from helpers.course.findings.shares import Repetition as Repetition
from helpers.course.findings.shares import Share as Share
from helpers.course.findings.shares import beside_chance as beside_chance
from helpers.course.findings.shares import beside_eta_squared as beside_eta_squared
from helpers.course.findings.shares import claimed_shares as claimed_shares
from helpers.course.findings.shares import given_predictors as given_predictors
from helpers.course.findings.shares import groups_differ as groups_differ
from helpers.course.findings.shares import other_reading as other_reading
from helpers.course.findings.shares import repetition as repetition
from helpers.course.findings.shares import root_exceeds_two as root_exceeds_two
from helpers.course.findings.shares import share_of_variance as share_of_variance
from helpers.course.findings.shares import variance_falls as variance_falls
from helpers.course.findings.shares import variance_given_predictors as variance_given_predictors
from helpers.course.findings.slopes import Fallacy as Fallacy
from helpers.course.findings.slopes import Lines as Lines
from helpers.course.findings.slopes import Steepness as Steepness
from helpers.course.findings.slopes import between_beside_within as between_beside_within
from helpers.course.findings.slopes import ecological_fallacy as ecological_fallacy
from helpers.course.findings.slopes import lines as lines
from helpers.course.findings.slopes import robust_error as robust_error
from helpers.course.findings.slopes import steepness as steepness
from helpers.course.findings.slopes import too_few_clusters as too_few_clusters
from helpers.course.findings.slopes import written_alike as written_alike
